"""Hears every command that a Redis server gets, and keeps a copy of all that it holds."""

from __future__ import annotations

import socket
import threading
from typing import Any, Self


class Eavesdropper:
    """`MONITOR` on a connection of its own: messages, events, scripts and what they write."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._heard: list[bytes] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)

    @property
    def heard(self) -> str:
        return b"".join(self._heard).decode(errors="replace")

    def __enter__(self) -> Self:
        self._socket = socket.create_connection(self._address, timeout=30)
        self._socket.settimeout(None)
        self._socket.sendall(b"MONITOR\r\n")
        assert self._socket.recv(5).startswith(b"+OK")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(30)
        self._socket.close()

    def _listen(self) -> None:
        while data := self._socket.recv(1 << 16):
            self._heard.append(data)


def everything_in(client: Any) -> str:
    """All keys of a server and what they hold, read by a client that decodes."""
    found = []
    for key in client.keys("*"):
        read = _READ[client.type(key)]
        found.append(f"{key!r}: {read(client, key)!r}")
    return "\n".join(found)


_READ: dict[str, Any] = {
    "string": lambda client, key: client.get(key),
    "hash": lambda client, key: client.hgetall(key),
    "list": lambda client, key: client.lrange(key, 0, -1),
    "set": lambda client, key: client.smembers(key),
    "zset": lambda client, key: client.zrange(key, 0, -1, withscores=True),
    "stream": lambda client, key: client.xrange(key),
}
