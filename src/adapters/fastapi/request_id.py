"""The outermost layer: every request has an id, and none ends without an answer."""

from __future__ import annotations

import logging
import re
import uuid
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import problems
from .problems import HttpError

_log: Final = logging.getLogger(__name__)

HEADER: Final = "X-Request-Id"

_ACCEPTED: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
"""What may stand in a log line and a header without quoting."""


class RequestIds:
    """Takes the caller's `X-Request-Id` or makes one, echoes it, and answers what nobody caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get(HEADER))
        scope.setdefault("state", {})["request_id"] = request_id
        has_started = False

        async def send_with_id(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:  # noqa: BLE001 - the last line of defence: logged, and answered
            _log.exception("request %s: %s %s failed", request_id, scope["method"], scope["path"])
            if not has_started:
                await _failure(scope, receive, send_with_id)


def _request_id(given: str | None) -> str:
    return given if given and _ACCEPTED.fullmatch(given) else uuid.uuid4().hex


async def _failure(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    error = HttpError(
        500,
        "internal_error",
        "the server failed on this request and has logged why under the request's id: report it",
    )
    answer = problems.response(request, problems.of_http(request, error))
    await answer(scope, receive, send)
