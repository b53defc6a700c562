"""From an HTTP answer that is no success to the error that the same call raises in process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Final

import httpx2

from ...domain.errors import (
    FleetingError,
    Forbidden,
    NotAuthenticated,
    RequestError,
    ServiceFault,
    ServiceUnavailable,
)
from .server_events import ServerEvent

_AGAIN_LATER: Final = frozenset({429, 502, 503, 504})
"""What services and the proxies before them answer while a call may succeed a little later."""

_NO_ENTRY: Final = {401: NotAuthenticated, 403: Forbidden}
"""Said by gateways as well, which stand before services and have words of their own."""

_SHOWN: Final = 200
"""Characters of a foreign answer that a message quotes: enough to see whose page it is."""


def error_of(response: httpx2.Response) -> FleetingError:
    """The error for an answer whose body has been read, whatever it is."""
    problem = _json_object(response.content)
    code, detail = problem.get("code"), problem.get("detail")
    if not isinstance(code, str) or not isinstance(detail, str):
        return _foreign(response)
    kind = _kinds().get(code) or _kind_by_status(response.status_code)
    error = _with_facts(kind(detail), problem)
    error.retry_after = retry_after(response)
    return error


def error_of_code(code: str, message: str, **facts: object) -> FleetingError:
    """The error that a service named by its code; of an unknown code, a RequestError."""
    return _with_facts(_kinds().get(code, RequestError)(message), facts)


def error_of_event(event: ServerEvent) -> FleetingError:
    """The error that a service sends down a stream before it ends it."""
    problem = _json_object(event.data.encode())
    return error_of_code(str(problem.get("code")), str(problem.get("detail")))


def retry_after(response: httpx2.Response) -> float | None:
    """Seconds after which the service wants to be asked again, if it says so in seconds."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdecimal() else None


def _json_object(data: bytes) -> dict[str, object]:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _foreign(response: httpx2.Response) -> FleetingError:
    status, url = response.status_code, _shown(response.request.url)
    if response.has_redirect_location:
        return ServiceFault(f"{url} redirects to {response.headers['Location']}: use that address")
    if status in _AGAIN_LATER:
        return ServiceUnavailable(f"{url} answered {status}: the service is away or overloaded")
    text = " ".join(response.text[:_SHOWN].split())
    if status in _NO_ENTRY:
        return _NO_ENTRY[status](
            f"{url} answered {status}: something before the service wants a token, or another one; "
            "give it by FLEETING_TOKEN or Client(token=…)"
        )
    return ServiceFault(
        f"{url} answered {status} without a problem document, so it may be no fleeting service: "
        f"{text}"
    )


def _shown(url: httpx2.URL) -> str:
    return str(url.copy_with(username=None, password=None))


def _kind_by_status(status: int) -> type[FleetingError]:
    """The nearest class for a code that a later release has, or that is HTTP's own."""
    if status in _AGAIN_LATER:
        return ServiceUnavailable
    if status in _NO_ENTRY:
        return _NO_ENTRY[status]
    return ServiceFault if status >= 500 else RequestError


def _with_facts(error: FleetingError, facts: dict[str, object]) -> FleetingError:
    for name in ("exception", "traceback", "path"):
        if isinstance(text := facts.get(name), str):
            setattr(error, name, text)
    if isinstance(line := facts.get("line"), int):
        error.line = line
    return error


@cache
def _kinds() -> dict[str, type[FleetingError]]:
    return {kind.code: kind for kind in _descendants(FleetingError)}


def _descendants(kind: type[FleetingError]) -> Iterator[type[FleetingError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)
