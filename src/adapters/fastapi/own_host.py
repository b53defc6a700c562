"""Keeps web pages out of an API that asks nobody for a token.

Such an API listens on loopback, which a browser on the same machine reaches too. A page cannot
read across origins, but its owner can let the page's own name point to 127.0.0.1 (DNS rebinding):
then the browser sends everything, and the name in `Host` is all that tells.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from . import problems
from .problems import HttpError


class OwnHost:
    """Answers only requests that are addressed to this machine by a name of loopback."""

    def __init__(self, app: ASGIApp, *, is_own: Callable[[str], bool]) -> None:
        self._app = app
        self._is_own = is_own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or all(map(self._is_own, _hosts(scope))):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        error = HttpError(
            421,
            "misdirected_request",
            "without authentication this server answers to localhost, 127.0.0.1 and [::1] alone: "
            "use one of these, or set FLEETING_AUTH",
        )
        answer = problems.response(request, problems.of_http(request, error))
        await answer(scope, receive, send)


def _hosts(scope: Scope) -> list[str]:
    """The names in `Host`, without ports; none where a client of HTTP/1.0 sends none."""
    return [_name(value) for name, value in scope["headers"] if name == b"host"]


def _name(value: bytes) -> str:
    text = value.decode("latin-1")
    end = text.rfind("]") + 1 or text.find(":")
    return text if end < 0 else text[:end]
