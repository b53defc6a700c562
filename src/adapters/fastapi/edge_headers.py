"""Headers that tell browsers and caches how careful to be with what a stranger's script returned.

See https://owasp.org/www-project-secure-headers/ for what each of them does.
"""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS: Final = (
    # No browser shall guess at the kind of a value, and none shall frame it.
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

_NOT_STORED: Final = (b"cache-control", b"no-store")
"""Results are gone after minutes, and were somebody's: no cache on the way keeps them longer."""

_NO_PAGE: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""What is shown as a page all the same loads and runs nothing."""

_TLS_ONLY: Final = (b"strict-transport-security", b"max-age=31536000")
"""A year, as the preload lists of browsers ask for; ignored, and not sent, without TLS."""


class EdgeHeaders:
    """Adds these headers to every answer; those that an answer has already stay.

    Args:
        app: what answers.
        is_shared: pages of other origins may read answers (CORS), so that none forbids it.
    """

    def __init__(self, app: ASGIApp, *, is_shared: bool) -> None:
        self._app = app
        self._always = _ALWAYS[:-1] if is_shared else _ALWAYS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(message["headers"], scope)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _add(self, headers: list[tuple[bytes, bytes]], scope: Scope) -> None:
        own = {name for name, _ in headers}
        headers += self._always
        headers += [rule for rule in (_NOT_STORED, _NO_PAGE) if rule[0] not in own]
        if scope["scheme"] == "https":
            headers.append(_TLS_ONLY)
