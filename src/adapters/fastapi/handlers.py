"""Turns whatever an operation raises into a problem, and the log line that goes with it."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Sequence
from typing import Any, Final, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ...domain.errors import (
    ConfigurationError,
    FleetingError,
    InvalidQuery,
    InvalidTask,
    PortError,
)
from ...domain.task import TaskRequest
from . import problems
from .problems import HttpError, WrongField

_log: Final = logging.getLogger(__name__)

_MEMBERS: Final = (*TaskRequest.model_fields, "tasks")
"""Every name that can stand in a body: where the nearest right one is looked for."""


def install(app: FastAPI) -> None:
    """Make `app` answer every error with a problem."""
    app.add_exception_handler(FleetingError, _on_fleeting_error)
    app.add_exception_handler(HttpError, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_routing)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)


async def _on_fleeting_error(request: Request, error: Exception) -> Response:
    error = cast("FleetingError", error)
    if isinstance(error, PortError | ConfigurationError):
        _log.warning("request %s: %s: %s", request.state.request_id, error.code, error)
    problem = problems.of_error(request, error)
    return problems.response(request, problem, problems.headers_of(request, error))


async def _on_http_error(request: Request, error: Exception) -> Response:
    error = cast("HttpError", error)
    return problems.response(request, problems.of_http(request, error), error.headers)


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    wrong = [_wrong_field(item) for item in cast("RequestValidationError", error).errors()]
    kind = InvalidTask if any(field.pointer for field in wrong) else InvalidQuery
    title = problems.title_of(kind)
    return problems.response(request, problems.of_fields(request, kind.code, title, wrong))


async def _on_routing(request: Request, error: Exception) -> Response:
    status = cast("HTTPException", error).status_code
    path = request.scope["path"]
    if status == 405:
        allowed = ", ".join(_methods(request))
        found = HttpError(
            405,
            "method_not_allowed",
            f"{path} takes {allowed}, not {request.method}",
            headers={"Allow": allowed},
        )
    else:
        found = HttpError(status, "not_found", f"there is nothing at {path}: see /openapi.json")
    return await _on_http_error(request, found)


async def _on_disconnect(_request: Request, _error: Exception) -> Response:
    """Nobody is left to read this; the server drops it."""
    return Response(status_code=400)


def _methods(request: Request) -> list[str]:
    """Every method that the path takes, over all routes that share it."""
    contexts = iter_route_contexts(request.app.routes)
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return sorted(
        {m for c in contexts if c.path_regex.match(path) for m in c.methods or () if m != "HEAD"}
    )


def _wrong_field(item: dict[str, Any]) -> WrongField:
    kind, (place, *names) = item["type"], item["loc"]
    text = str(item["msg"]).removeprefix("Value error, ")
    detail = f"{text[:1].lower()}{text[1:]}"
    if kind == "extra_forbidden":
        detail = f"no such option{_nearest(str(names[-1]))}"
    if place == "body":
        return WrongField(detail=detail, pointer="#" + _pointer(names))
    return WrongField(detail=detail, parameter=".".join(str(name) for name in names))


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, _MEMBERS, n=1, cutoff=0.5)
    return f": did you mean {near[0]}?" if near else ""


def _pointer(names: Sequence[str | int]) -> str:
    return "".join(f"/{str(n).replace('~', '~0').replace('/', '~1')}" for n in names)
