"""Bounds request bodies while they are read, whatever the headers claim.

Starlette's own middleware answers in plain text, and also where the app has not read the body.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...domain.errors import BodyTooLarge
from . import problems

# The rest of the body is not read, so the connection cannot serve another request.
_CLOSE: Final = {"Connection": "close"}


class _TooLarge(Exception):
    """The body has passed the limit; raised through the app, so nothing may catch it there."""


class BodyLimit:
    """Answers 413 as soon as a body is known to pass `max_bytes`, without reading on."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _claimed(scope) > self._max_bytes:
            await self._refuse(scope, receive, send)
        else:
            await self._count(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = 0
        has_started = False

        async def receive_some() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._max_bytes:
                raise _TooLarge
            return message

        async def send_on(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, receive_some, send_on)
        except _TooLarge:
            if has_started:
                raise
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        error = BodyTooLarge(
            f"the body is longer than {self._max_bytes} bytes, the limit: send less at once"
        )
        answer = problems.response(request, problems.of_error(request, error), _CLOSE)
        await answer(scope, receive, send)


def _claimed(scope: Scope) -> int:
    claim = Headers(scope=scope).get("content-length", "0")
    return int(claim) if claim.isdecimal() else 0
