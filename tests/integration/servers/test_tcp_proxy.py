from __future__ import annotations

import socket

import pytest
import redis

from .port import HOST
from .tcp_proxy import TcpProxy


@pytest.fixture
def client(valkey_proxy, valkey_server):
    """A client by way of the proxy."""
    return valkey_server.connect(f"{valkey_proxy.url}?socket_timeout=1")


@pytest.fixture
def connection(valkey_proxy):
    """One connection by way of the proxy that has answered once.

    redis-py would silently replace one that it finds closed.
    """
    with socket.create_connection((HOST, valkey_proxy.port.number), timeout=5) as connection:
        ping(connection)
        yield connection


def ping(connection):
    connection.sendall(b"PING\r\n")
    return connection.recv(100)


def is_closed(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_commands_and_answers_pass_whole(client, valkey_server):
    client.set("key", "x" * 1_000_000)

    assert client.get("key") == valkey_server.connect().get("key") == "x" * 1_000_000


def test_a_cut_closes_open_connections(connection, valkey_proxy):
    valkey_proxy.cut()

    assert is_closed(connection)


def test_a_cut_lets_new_connections_in(client, valkey_proxy):
    valkey_proxy.cut()

    assert client.ping()


def test_a_proxy_that_refuses_closes_open_connections(connection, valkey_proxy):
    valkey_proxy.refuse()

    assert is_closed(connection)


def test_a_proxy_that_refuses_looks_like_a_server_that_is_gone(client, valkey_proxy):
    valkey_proxy.refuse()

    with pytest.raises(redis.ConnectionError, match="refused"):
        client.ping()


def test_a_frozen_proxy_keeps_connections_and_answers_nothing(connection, valkey_proxy):
    connection.settimeout(0.1)

    valkey_proxy.freeze()

    with pytest.raises(TimeoutError):
        ping(connection)
    assert valkey_proxy.connections == 1


def test_what_was_held_back_while_frozen_passes_after_heal(connection, valkey_proxy):
    valkey_proxy.freeze()
    connection.sendall(b"PING\r\n")

    valkey_proxy.heal()

    assert connection.recv(100) == b"+PONG\r\n"


@pytest.mark.parametrize("harm", ["cut", "refuse", "freeze"])
def test_heal_mends_any_harm(client, valkey_proxy, harm):
    getattr(valkey_proxy, harm)()

    valkey_proxy.heal()

    assert client.ping()


def test_a_connection_to_a_server_that_is_away_is_closed(valkey_proxy, valkey_server):
    valkey_server.stop()

    with socket.create_connection((HOST, valkey_proxy.port.number), timeout=5) as connection:
        assert is_closed(connection)


def test_the_url_keeps_user_and_query(valkey_proxy):
    url = valkey_proxy.url_of("rediss://app:secret@127.0.0.1:1?ssl_ca_certs=/ca.pem")

    number = valkey_proxy.port.number
    assert url == f"rediss://app:secret@127.0.0.1:{number}?ssl_ca_certs=/ca.pem"


def test_tls_passes_untouched(redis_tls_url, redis_tls_server):
    with TcpProxy(redis_tls_server) as proxy:
        assert redis_tls_server.connect(proxy.url).ping()
