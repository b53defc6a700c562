"""The limit of bodies holds on the wire, whatever the client claims and goes on sending."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest

from .conftest import LIMIT
from .uvicorn_server import UvicornServer

HEAD = b"POST /tasks HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"


def answered(connection: socket.socket) -> bytes:
    """Everything up to the end of the connection."""
    found = b""
    with suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            found += chunk
    return found


def send_without_end(connection: socket.socket) -> None:
    for _ in range(50 * LIMIT // 1000):
        connection.sendall(b"2710\r\n" + b" " * 10_000 + b"\r\n")


def test_an_endless_body_is_answered_while_it_is_sent(server: UvicornServer) -> None:
    with server.connect() as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        with pytest.raises(ConnectionError):
            send_without_end(connection)


def test_a_body_just_over_the_limit_gets_its_answer_whole(server: UvicornServer) -> None:
    with server.connect() as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        size = LIMIT + 1
        connection.sendall(f"{size:x}\r\n".encode() + b" " * size + b"\r\n")
        found = answered(connection)
    head, _, body = found.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in head.lower()
    assert b'"code":"body_too_large"' in body


def test_a_client_that_asks_first_is_not_told_to_go_on(server: UvicornServer) -> None:
    with server.connect() as connection:
        connection.sendall(
            HEAD + f"Content-Length: {LIMIT + 1}\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        found = answered(connection)
    assert found.startswith(b"HTTP/1.1 413")


def test_a_client_that_goes_in_the_middle_of_its_body_does_no_harm(
    server: UvicornServer, caplog: pytest.LogCaptureFixture
) -> None:
    with server.connect() as connection:
        connection.sendall(HEAD + b'Content-Length: 1000\r\n\r\n{"source": ')
    with server.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        assert answered(connection).startswith(b"HTTP/1.1 200")
    assert "Exception in ASGI application" not in caplog.text
    assert "failed" not in caplog.text
