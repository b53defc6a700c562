"""An app in this process behind httpx2, chunk by chunk (httpx2's own ASGI transport waits for the
end of an answer, and a stream has none)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2


class StreamingTransport(httpx2.AsyncBaseTransport):
    """Runs each request in a task of its own; closing the answer disconnects the client."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        body = [{"type": "http.request", "body": await request.aread(), "more_body": False}]
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if body:
                return body.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        serving = asyncio.create_task(self._serve(_scope(request), receive, messages))
        start = await messages.get()
        return httpx2.Response(
            start["status"], headers=start["headers"], stream=_Stream(messages, serving, gone)
        )

    async def _serve(self, scope: dict[str, Any], receive: Any, messages: Any) -> None:
        try:
            await self._app(scope, receive, messages.put)
        finally:
            messages.put_nowait({"type": "end"})


class _Stream(httpx2.AsyncByteStream):
    def __init__(
        self,
        messages: asyncio.Queue[dict[str, Any]],
        serving: asyncio.Task[None],
        gone: asyncio.Event,
    ) -> None:
        self._messages = messages
        self._serving = serving
        self._gone = gone

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self._messages.get())["type"] == "http.response.body":
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return

    async def aclose(self) -> None:
        self._gone.set()
        await self._serving


def _scope(request: httpx2.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port or 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
