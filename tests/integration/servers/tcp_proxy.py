"""A TCP proxy with which a test breaks the network in front of a server that keeps running."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

from .port import HOST, Port
from .server import Server

_CHUNK_BYTES = 65_536


class TcpProxy:
    """Passes bytes between its own port and a server's, until it is told not to.

    It runs on an event loop in a thread of its own; every call returns when it has taken effect.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self.port = Port()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tcp-proxy")
        self._flowing = asyncio.Event()
        self._connections: set[asyncio.Task[Any]] = set()
        self._socket = _bind(self.port)
        self._listener: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The server's URL by way of this proxy."""
        return self.url_of(self._server.url)

    def url_of(self, url: str) -> str:
        """Return any URL of the server with this proxy's port in it."""
        parts = urlsplit(url)
        user, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{user}{at}{HOST}:{self.port.number}"))

    @property
    def connections(self) -> int:
        """How many connections of clients are open."""
        return len(self._connections)

    def start(self) -> None:
        self._thread.start()
        self.heal()

    def stop(self) -> None:
        """End everything; a stopped proxy does not start again."""
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._socket.close()
        self.port.release()

    def cut(self) -> None:
        """Close all connections; new ones are welcome."""
        self._call(self._cut())

    def refuse(self) -> None:
        """Close all connections and refuse new ones, as if the server had gone away."""
        self._call(self._refuse())

    def freeze(self) -> None:
        """Take bytes and connections but pass nothing on, as a network that drops packets."""
        self._loop.call_soon_threadsafe(self._flowing.clear)
        self._call(asyncio.sleep(0))

    def heal(self) -> None:
        """Accept connections, and pass everything on again, also what was held back."""
        self._call(self._heal())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _call(self, action: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(action, self._loop).result(timeout=10)

    async def _heal(self) -> None:
        self._flowing.set()
        if self._listener is None:
            self._listener = await asyncio.start_server(self._accept, sock=self._socket)

    async def _refuse(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
            # Bound without listening it refuses, and keeps the port from everybody else.
            self._socket = _bind(self.port)
        await self._cut()

    async def _cut(self) -> None:
        connections = tuple(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _end(self) -> None:
        await self._refuse()
        # Connections that were just being accepted.
        late = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*late, return_exceptions=True)
        await self._cut()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = self._loop.create_task(self._serve(reader, writer))
        self._connections.add(connection)
        # Also of a connection that is cut before its task has begun.
        connection.add_done_callback(self._connections.discard)
        connection.add_done_callback(lambda _: writer.transport.abort())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The server may be away, either side may hang up, cut() cancels: each ends it quietly.
        with suppress(OSError, asyncio.CancelledError):
            await self._pass(reader, writer)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        server_reader, server_writer = await asyncio.open_connection(HOST, self._server.port.number)
        there = asyncio.create_task(self._pump(reader, server_writer))
        back = asyncio.create_task(self._pump(server_reader, writer))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.cancel()
            back.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            server_writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(_CHUNK_BYTES):
            await self._flowing.wait()
            writer.write(chunk)
            await writer.drain()


def _bind(port: Port) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port.number))
    return bound
