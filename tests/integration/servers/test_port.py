from __future__ import annotations

from contextlib import closing
from socket import create_server

import pytest

from .port import HOST, Port


@pytest.fixture
def port():
    port = Port()
    yield port
    port.release()


def test_a_port_is_below_the_ephemeral_range(port):
    assert port.number < 32_768


def test_no_port_is_given_to_two_owners():
    ports = [Port() for _ in range(200)]

    assert len({port.number for port in ports}) == 200

    for port in ports:
        port.release()


def test_a_released_port_can_be_bound_by_its_next_owner(port):
    with closing(create_server((HOST, port.number))) as server:
        assert server.getsockname()[1] == port.number
