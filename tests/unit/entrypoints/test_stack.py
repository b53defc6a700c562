from __future__ import annotations

import socket

from fleeting.entrypoints.stack import free_port


def test_a_free_port_can_be_listened_on_and_is_nobodys_by_chance() -> None:
    """Linux gives ports from 32768 up to connections."""
    port = free_port()

    assert 1024 < port < 32_768
    with socket.create_server(("127.0.0.1", port)):
        assert free_port() != port
