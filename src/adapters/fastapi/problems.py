"""Every error of the API as `application/problem+json` (RFC 9457) with a stable `code`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from ...domain.errors import (
    ConfigurationError,
    FleetingError,
    Forbidden,
    NotAuthenticated,
    PortError,
    QueueFull,
)
from . import rate_limits
from .statuses import RETRY_AFTER_SECONDS, status_of

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:fleeting:problem:"


class WrongField(BaseModel):
    """One thing that is wrong with a request."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")

    detail: str
    """What is wrong with it."""
    pointer: str | None = None
    """Where it is in the body: a JSON Pointer as a URI fragment (RFC 6901), as in `#/args/0`."""
    parameter: str | None = None
    """The name of the query parameter, header or part of the path."""


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")

    type: str
    """URI of the kind of problem: `urn:fleeting:problem:` and the code."""
    title: str
    """What kind of problem it is; the same for every problem of a code."""
    status: int
    """The HTTP status."""
    detail: str
    """What is wrong here, and what to do."""
    instance: str
    """The path that was asked for."""
    code: str
    """Stable name of the problem: what programs look at."""
    request_id: str
    """Names the request in the server's log."""
    errors: list[WrongField] | None = Field(default=None)
    """Every wrong field, where the request's form is wrong."""
    exception: str | None = Field(default=None)
    """Type of the exception, where a script raised one."""
    traceback: str | None = Field(default=None)
    """The script's own frames, where it raised an exception."""
    line: int | None = Field(default=None)
    """Line of the source to blame, counted from 1, where there is one."""
    path: str | None = Field(default=None)
    """Place that JSON cannot carry, as in `args[0].when`, where there is one."""
    checks: dict[str, Any] | None = Field(default=None)
    """The state of each dependency, where readiness is the question."""


class HttpError(Exception):
    """A problem of HTTP itself, which the domain has no word for."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = dict(members or {})


HTTP_TITLES: Final = {
    "invalid_json": "The body is not strict JSON.",
    "unsupported_media_type": "The body is not sent as JSON.",
    "not_found": "There is nothing at that path.",
    "misdirected_request": "The server does not answer to that name.",
    "method_not_allowed": "That path does not take this method.",
    "not_ready": "A dependency is down, or the server is about to stop.",
    "internal_error": "The server has failed in a way that it was not built for.",
}
"""Titles of the codes that are no class of the domain."""


def title_of(kind: type[FleetingError]) -> str:
    """The first line of the class docstring."""
    return (kind.__doc__ or kind.code).strip().partition("\n")[0]


def detail_of(error: FleetingError) -> str:
    """What a caller may read of an error.

    What says something about the inside of the installation (a host, a user) goes to the log and
    to `/readyz` alone.
    """
    inside = isinstance(error, PortError | ConfigurationError) and not isinstance(error, QueueFull)
    return title_of(type(error)) if inside else error.message


def of_error(request: Request, error: FleetingError) -> Problem:
    """The problem that tells of an error of the domain."""
    return make(
        request,
        status_of(type(error)),
        error.code,
        title_of(type(error)),
        detail_of(error),
        exception=error.exception,
        traceback=error.traceback,
        line=error.line,
        path=error.path,
    )


def headers_of(request: Request, error: FleetingError) -> dict[str, str]:
    """What an answer says beside the problem: when to come back, or with which rights."""
    if isinstance(error, NotAuthenticated | Forbidden):
        return {"WWW-Authenticate": challenge(request, error)}
    if error.retry_after is None:
        return {}
    return {"Retry-After": str(math.ceil(error.retry_after))}


def challenge(request: Request, error: NotAuthenticated | Forbidden) -> str:
    """What a client needs to try again (RFC 6750 §3); without a token it is told no error."""
    said = {"realm": "fleeting"}
    if "authorization" in request.headers:
        is_unknown = isinstance(error, NotAuthenticated)
        said["error"] = "invalid_token" if is_unknown else "insufficient_scope"
        # Its grammar has neither quotes nor anything beyond ASCII.
        said["error_description"] = re.sub(r"[^ !#-\[\]-~]", "'", error.message)
    if isinstance(error, Forbidden) and error.scope:
        said["scope"] = error.scope
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in said.items())


def of_http(request: Request, error: HttpError) -> Problem:
    """The problem that tells of an error of HTTP."""
    title = HTTP_TITLES.get(error.code, error.detail)
    return make(request, error.status, error.code, title, error.detail, **error.members)


def of_fields(request: Request, code: str, title: str, wrong: Sequence[WrongField]) -> Problem:
    """The problem that tells of a request of the wrong form; names the first few fields."""
    said = "; ".join(_line(field) for field in wrong[:_NAMED])
    more = f"; and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
    return make(request, 422, code, title, said + more, errors=list(wrong[:_LISTED]))


_NAMED: Final = 5
"""Fields named in the text: more is hard to read, and they are in `errors`."""

_LISTED: Final = 100
"""Fields listed in `errors`: bounds the answer to a batch that is wrong all over."""


def make(
    request: Request, status: int, code: str, title: str, detail: str, **members: object
) -> Problem:
    """A problem of this request."""
    return Problem.model_validate(
        {
            "type": TYPE_PREFIX + code,
            "title": title,
            "status": status,
            "detail": detail,
            "instance": request.scope["path"],
            "code": code,
            "request_id": getattr(request.state, "request_id", ""),
            **members,
        }
    )


def response(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that carries `problem`."""
    request.state.problem_code = problem.code
    own = {**rate_limits.headers_of(request), **(headers or {})}
    if problem.status == 503:
        own.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=problem.status,
        headers=own,
        media_type=MEDIA_TYPE,
    )


def _line(field: WrongField) -> str:
    where = field.parameter or _path(field.pointer or "")
    return f"{where}: {field.detail}" if where else field.detail


def _path(pointer: str) -> str:
    parts = pointer.split("/")[1:]
    return "".join(f"[{p}]" if p.isdecimal() else f".{p}" for p in parts).removeprefix(".")
