"""Answers with updates as server-sent events, and says so where they break off."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar

from fastapi import Header, Request
from prometheus_client import Gauge

from ...domain import errors as e
from . import problems
from .caller import Caller
from .closing import Closing
from .event_stream import KEEP_ALIVE, MEDIA_TYPE, EventStream, event, opening
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


class LiveAnswers:
    """Makes the answers that stay open.

    Args:
        closing: ends them when the server stops.
        open_streams: counts them.
        idle: pause after which a silent one shows that it is alive.
    """

    def __init__(self, *, closing: Closing, open_streams: Gauge, idle: timedelta = IDLE) -> None:
        self.idle = idle
        self._closing = closing
        self._open_streams = open_streams

    async def __call__(
        self,
        request: Request,
        updates: AsyncGenerator[T | None, None],
        show: Callable[[T], bytes],
        *,
        caller: Caller,
        position: str,
    ) -> EventStream:
        """The updates as `show` writes them; None is a sign of life, due after each `idle`.

        Returns once the first is there: an error up to then is an ordinary answer.

        Args:
            request: what is answered.
            updates: what has happened since the position.
            show: makes an event of one.
            caller: who asks, and is asked again who they are.
            position: where a client resumes that is cut off before the first event.
        """
        first = await anext(updates)
        events = _events(request, first, updates, show, caller=caller, idle=self.idle)
        return EventStream(
            events,
            begin=opening(position),
            closing=self._closing,
            open_streams=self._open_streams,
        )


async def _events(
    request: Request,
    first: T | None,
    rest: AsyncGenerator[T | None, None],
    show: Callable[[T], bytes],
    *,
    caller: Caller,
    idle: timedelta,
) -> AsyncGenerator[bytes, None]:
    """Each update as an event; looks after each `idle` whether the caller still may see them.

    A stream outlives tokens.
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
