"""Asynchronous connections that write commands with hiredis, as redis-py's blocking ones do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import hiredis
from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection


class _HiredisPacking:
    """Writing a command in Python takes longer than all the rest of sending it."""

    _writer: asyncio.StreamWriter | None

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:  # noqa: FBT001, FBT002 - redis-py's
        """Write at once where nothing waits to be written; redis-py makes a task of each write.

        A connection that has broken says so to whoever reads the answer.
        """
        writer = self._writer
        if writer is None or check_health or writer.transport.get_write_buffer_size():
            await super().send_packed_command(command, check_health)  # type: ignore[misc]  # mixed in
        else:
            writer.writelines(command)

    def pack_command(self, *args: Any) -> list[bytes]:
        name, *rest = args
        words = name.encode().split() if isinstance(name, str) else name.split()
        return [hiredis.pack_command((*words, *rest))]

    def pack_commands(self, commands: Iterable[Iterable[Any]]) -> list[bytes]:
        return [b"".join(packed for words in commands for packed in self.pack_command(*words))]


class TcpConnection(_HiredisPacking, Connection):
    """Over TCP."""


class TlsConnection(_HiredisPacking, SSLConnection):
    """Over TLS."""


class SocketConnection(_HiredisPacking, UnixDomainSocketConnection):
    """Over a Unix socket."""
