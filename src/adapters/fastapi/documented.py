"""What the OpenAPI document says of an operation's answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from ...domain import errors as e
from . import examples
from .problems import HTTP_TITLES, MEDIA_TYPE, TYPE_PREFIX, title_of
from .rate_limits import RATE_HEADERS
from .statuses import RETRY_AFTER_SECONDS, status_of

Responses = dict[int | str, dict[str, Any]]
Kind = type[e.FleetingError] | str
"""An error class, or the code of a problem of HTTP itself."""

HTTP_STATUSES: Final = {
    "invalid_json": 400,
    "unsupported_media_type": 415,
    "not_ready": 503,
    "internal_error": 500,
}

STORE: Final = (e.StoreUnavailable, e.StoreDenied, e.StoreCorrupt)
"""How an operation can fail that needs the result store."""

QUERY: Final = (e.InvalidQuery, "internal_error")
"""How every operation can fail."""

BODY: Final = ("invalid_json", "unsupported_media_type", e.BodyTooLarge)
"""How an operation that takes a body can fail."""

_REF: Final = "#/components/schemas/"

_HEADERS_OF: Final = {
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    429: ("Retry-After", *RATE_HEADERS),
    503: ("Retry-After",),
}
"""What problems of these statuses say in headers too."""


def answer(
    model: type, description: str, shown: Mapping[str, Any], *, headers: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A successful answer with named examples."""
    return {
        "model": model,
        "description": description,
        "content": {"application/json": {"examples": _named(shown)}},
        "headers": {name: HEADERS[name] for name in headers},
    }


def problems(*kinds: Kind) -> Responses:
    """The answers that tell of these errors, by status, an example for each."""
    by_status: dict[int, list[Kind]] = defaultdict(list)
    for kind in kinds:
        by_status[_status(kind)].append(kind)
    return {status: _problem_answer(status, found) for status, found in sorted(by_status.items())}


def _problem_answer(status: int, kinds: list[Kind]) -> dict[str, Any]:
    shown = {_code(kind): _example(kind) for kind in kinds}
    titles = " ".join(dict.fromkeys(example["title"] for example in shown.values()))
    found: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}. {titles}",
        "content": {
            MEDIA_TYPE: {"schema": {"$ref": _REF + "Problem"}, "examples": _named(shown)},
        },
    }
    if status in _HEADERS_OF:
        found["headers"] = {name: HEADERS[name] for name in _HEADERS_OF[status]}
    return found


def _example(kind: Kind) -> dict[str, Any]:
    code = _code(kind)
    title = HTTP_TITLES[kind] if isinstance(kind, str) else title_of(kind)
    return {
        "type": TYPE_PREFIX + code,
        "title": title,
        "status": _status(kind),
        "detail": title,
        "instance": "/",
        "code": code,
        "request_id": examples.REQUEST_ID,
    }


def _status(kind: Kind) -> int:
    return HTTP_STATUSES[kind] if isinstance(kind, str) else status_of(kind)


def _code(kind: Kind) -> str:
    return kind if isinstance(kind, str) else kind.code


def _named(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in shown.items()}


def _header(description: str, example: str | int) -> dict[str, Any]:
    kind = "integer" if isinstance(example, int) else "string"
    return {"description": description, "schema": {"type": kind}, "example": example}


HEADERS: Final = {
    "Location": _header("Where the result will be.", f"/get-result?key={examples.KEY}"),
    "Retry-After": _header("Seconds to wait before asking again.", RETRY_AFTER_SECONDS),
    "RateLimit-Limit": _header(
        "How much may be asked for in the window that is nearest to its end, where there is a rate "
        "limit.",
        100,
    ),
    "RateLimit-Remaining": _header("How much of that is left.", 99),
    "RateLimit-Reset": _header("Seconds until there is more of it again.", 1),
    "ETag": _header("Names this list of values; changes exactly when it does.", 'W/"8e3f…"'),
    "WWW-Authenticate": _header(
        "How to ask with a right to it (RFC 6750).",
        'Bearer realm="fleeting", error="insufficient_scope", scope="results:read"',
    ),
    "Link": _header(
        'The next page, as `rel="next"`; it may turn out to be empty.',
        f'</functions/add/values?limit=100&after={examples.KEY}>; rel="next"',
    ),
}
