"""Valkey and redis-server as fixtures: what tests of outages rely on."""

from __future__ import annotations

import socket

import pytest
import redis

from .port import HOST
from .redis_server import RedisServer
from .require import require


@pytest.fixture(params=["valkey", "redis"])
def server(request):
    """Either server, running and empty."""
    request.getfixturevalue(f"{request.param}_url")
    return request.getfixturevalue(f"{request.param}_server")


@pytest.fixture(params=["valkey_aof", "redis_aof"])
def durable_server(request):
    """Either server with an append-only file, running and empty."""
    request.getfixturevalue(f"{request.param}_url")
    return request.getfixturevalue(f"{request.param}_server")


@pytest.mark.parametrize(
    ("name", "major", "key"),
    [("valkey", "9", "valkey_version"), ("redis", "7", "redis_version")],
)
def test_the_server_has_the_version_that_its_name_promises(request, name, major, key):
    client = request.getfixturevalue(f"{name}_server").connect()

    assert client.info("server")[key].split(".")[0] == major


def test_a_killed_server_refuses_and_starts_again_on_its_port(server):
    client = server.connect()

    server.kill()
    with pytest.raises(redis.ConnectionError):
        client.ping()
    server.start()

    assert client.ping()


def test_a_paused_server_keeps_connections_and_answers_after_resume(server):
    with socket.create_connection((HOST, server.port.number), timeout=0.1) as connection:
        server.pause()
        connection.sendall(b"PING\r\n")
        with pytest.raises(TimeoutError):
            connection.recv(1)

        server.resume()

        assert connection.makefile("rb").readline() == b"+PONG\r\n"


def test_a_restart_forgets_what_was_not_written_to_disk(server):
    server.connect().set("key", "value")

    server.restart()

    assert server.connect().get("key") is None


def test_what_was_acknowledged_outlives_a_kill_with_an_append_only_file(durable_server):
    durable_server.connect().set("key", "value")

    durable_server.kill()
    durable_server.start()

    assert durable_server.connect().get("key") == "value"


@pytest.mark.parametrize("harm", ["stop", "kill", "pause"])
def test_heal_mends_any_harm_and_leaves_the_server_empty(server, harm):
    server.connect().set("key", "value")
    getattr(server, harm)()

    server.heal()

    assert server.connect().dbsize() == 0


def test_a_server_that_cannot_start_says_why(tmp_path):
    require("redis-server")

    with (
        pytest.raises(RuntimeError, match="no-such-setting"),
        RedisServer(tmp_path, settings=["no-such-setting 1"]),
    ):
        pass
