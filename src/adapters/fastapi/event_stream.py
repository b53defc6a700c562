"""Server-sent events on the wire (HTML standard §9.2), and the response that carries them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from prometheus_client import Gauge
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .closing import Closing, unless_ended

MEDIA_TYPE: Final = "text/event-stream"

HEADERS: Final = {
    "Cache-Control": "no-store",
    # nginx would hold events back until its buffer is full.
    "X-Accel-Buffering": "no",
}

RETRY_MILLISECONDS: Final = 1000
"""Pause before a client reconnects: soon enough for a person, bearable for a server that has just
come back."""

KEEP_ALIVE: Final = b": keep-alive\n\n"


def opening(position: str) -> bytes:
    """What a stream begins with: from the position on, the client can resume."""
    return b"retry: %d\nid: %b\n\n: listening\n\n" % (RETRY_MILLISECONDS, position.encode())


def event(name: str, data: bytes, *, position: str | None = None) -> bytes:
    """One event; `data` may have line breaks where JSON allows them."""
    lines = b"".join(b"data: %b\n" % line for line in data.splitlines() or (b"",))
    where = b"" if position is None else b"id: %b\n" % position.encode()
    return b"event: %b\n%b%b\n" % (name.encode(), where, lines)


class EventStream(Response):
    """Sends what the generator yields until it ends, the client goes or the server stops."""

    media_type = f"{MEDIA_TYPE}; charset=utf-8"

    def __init__(
        self,
        events: AsyncGenerator[bytes, None],
        *,
        begin: bytes,
        closing: Closing,
        open_streams: Gauge,
    ) -> None:
        super().__init__(headers={**HEADERS, "Content-Type": self.media_type})
        del self.headers["Content-Length"]
        self._begin = begin
        self._events = events
        self._closing = closing
        self._open_streams = open_streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        with self._open_streams.track_inprogress():
            try:
                await unless_ended(self._pump(send), receive=receive, closing=self._closing)
            except ClientDisconnect:
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self, send: Send) -> None:
        # Left open, the generator would go on listening until it is collected.
        async with aclosing(self._events) as events:
            await send({"type": "http.response.body", "body": self._begin, "more_body": True})
            async for chunk in events:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
