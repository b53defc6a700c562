"""Turns updates into server-sent events, and says so where they break off."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar

from fastapi import Header, Request

from ...domain import errors as e
from . import problems
from .caller import Caller
from .event_stream import KEEP_ALIVE, MEDIA_TYPE, event
from .problems import HttpError

_log: Final = logging.getLogger(__name__)

T = TypeVar("T")

IDLE: Final = timedelta(seconds=15)
"""Pause after which a comment shows that the stream is alive: proxies cut idle connections off
after 30 to 60 s."""

LastEventId = Annotated[
    str | None,
    Header(
        max_length=64,
        description="The same, as browsers send it when they reconnect; it goes before `after`.",
    ),
]


_EVENT: Final = {
    "type": "object",
    "description": "One event, by its fields (HTML standard, 9.2).",
    "properties": {
        "event": {"type": "string", "description": "What kind of event it is."},
        "id": {"type": "string", "description": "Its position in the stream."},
        "data": {"type": "string", "description": "JSON."},
        "retry": {"type": "integer", "description": "Milliseconds before a reconnection."},
    },
}
"""Before OpenAPI 3.2 there is one schema for a stream: tools read it as that of each event."""


def documented_stream(description: str, events: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """A stream in the OpenAPI document."""
    return {
        "description": f"{description}; comments keep the connection alive. Where the store fails, "
        "an event `problem` says so and ends the stream.",
        "content": {
            MEDIA_TYPE: {
                "schema": _EVENT,
                "examples": {one["event"]: {"value": one} for one in events},
            }
        },
    }


async def live_events(
    request: Request,
    first: T | None,
    rest: AsyncGenerator[T | None, None],
    show: Callable[[T], bytes],
    *,
    caller: Caller,
    idle: timedelta,
) -> AsyncGenerator[bytes, None]:
    """The updates as `show` writes them; None is a sign of life, and comes after each `idle`.

    As often it is looked whether the caller still may see them: a stream outlives tokens.
    """
    renewed = time.monotonic()
    try:
        async with aclosing(rest):
            if first is not None:
                yield show(first)
            async for update in rest:
                if time.monotonic() - renewed >= idle.total_seconds():
                    await caller.renew()
                    renewed = time.monotonic()
                yield KEEP_ALIVE if update is None else show(update)
    except e.FleetingError as exc:
        _log.warning("request %s: stream ended: %s", request.state.request_id, exc)
        yield _problem(problems.of_error(request, exc))
    except Exception:  # noqa: BLE001 - the answer has begun, so nobody else can tell the client
        _log.exception("request %s: stream failed", request.state.request_id)
        failure = HttpError(500, "internal_error", "the server failed and has logged why")
        yield _problem(problems.of_http(request, failure))


def _problem(problem: problems.Problem) -> bytes:
    return event("problem", problem.model_dump_json(exclude_none=True).encode())
