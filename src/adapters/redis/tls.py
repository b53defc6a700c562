"""Blocking TLS connections that do not wait long for a server that speaks no TLS."""

from __future__ import annotations

import ssl
from socket import socket

from redis.connection import SSLConnection
from redis.sentinel import SentinelManagedSSLConnection


class TlsConnection(SSLConnection):
    """Agrees on TLS within `socket_connect_timeout`, as redis-py's asynchronous connection does.

    A plain Redis takes the greeting for the beginning of a line and waits for its end, so that
    redis-py alone would wait for `socket_timeout`.
    """

    def _wrap_socket_with_ssl(self, sock: socket) -> ssl.SSLSocket:
        sock.settimeout(self.socket_connect_timeout)
        wrapped: ssl.SSLSocket = super()._wrap_socket_with_ssl(sock)  # type: ignore[no-untyped-call]  # redis-py leaves it bare
        wrapped.settimeout(self.socket_timeout)
        return wrapped


class SentinelTlsConnection(TlsConnection, SentinelManagedSSLConnection):
    """The same to the server that sentinels name."""
