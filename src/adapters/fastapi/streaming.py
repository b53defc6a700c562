"""The Metric Retriever live: each new result of a function as it lands."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from ...domain import errors as e
from ...domain.result_key import check_function_name
from ...ports.clock import Clock
from ...ports.result_store import StoredResult
from ...usecases.follow import Follow
from ...usecases.retrieve import MetricRetriever
from ...usecases.updates import Update
from . import examples, problems
from .closing import Closing
from .documented import QUERY, STORE
from .documented import problems as documented
from .event_stream import KEEP_ALIVE, MEDIA_TYPE, EventStream, event, opening
from .metrics import ApiMetrics
from .namespace import Namespace
from .parameters import Function
from .problems import HttpError
from .single_results import result_json
from .strict_route import StrictRoute

_log: Final = logging.getLogger(__name__)

IDLE: Final = timedelta(seconds=15)
"""Pause after which a comment shows that the stream is alive: proxies cut idle connections off
after 30 to 60 s."""

_STREAM: Final[dict[str, Any]] = {
    "description": "Events `result` (a task has ended) and `progress` (it goes on), each with its "
    "position as `id` and the JSON of `TaskResult` as data; comments keep the connection alive. "
    "Where the store fails, an event `problem` says so and ends the stream.",
    "content": {
        MEDIA_TYPE: {
            "schema": {"type": "string"},
            "examples": {"one task": {"value": examples.STREAM}},
        }
    },
}

Position = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=64,
        description="The `id` of the last event seen: what was announced since comes first.",
        examples=["1763683200050-0"],
    ),
]
LastEventId = Annotated[
    str | None,
    Header(
        max_length=64,
        description="The same, as browsers send it when they reconnect; it goes before `after`.",
    ),
]


def router(
    retriever: MetricRetriever,
    follow: Follow,
    *,
    clock: Clock,
    closing: Closing,
    metrics: ApiMetrics,
    idle: timedelta = IDLE,
) -> APIRouter:
    """The route of the stream."""
    routes = APIRouter(route_class=StrictRoute, tags=["functions"])

    @routes.get(
        "/functions/{function}/stream",
        operation_id="streamResults",
        summary="Follow the results of a function",
        response_class=Response,
        responses={200: _STREAM, **documented(*QUERY, *STORE)},
    )
    async def stream_results(
        request: Request,
        namespace: Namespace,
        function: Function,
        after: Position = None,
        last_event_id: LastEventId = None,
    ) -> Response:
        """Server-sent events, from here on or from after an event seen before.

        Events come at least once: after a reconnection one may come again.
        """
        # Known before the first event, so that a client that is cut off until then misses nothing.
        position = last_event_id or after or await follow.position(namespace)
        updates = retriever.stream(
            namespace, check_function_name(function), after=position, idle=idle
        )
        # Waits until the stream listens; an error up to here is an ordinary answer.
        first = await anext(updates)
        events = _shown(request, first, updates, clock)
        return EventStream(
            events, begin=opening(position), closing=closing, open_streams=metrics.streams
        )

    return routes


async def _shown(
    request: Request, first: Update | None, rest: AsyncGenerator[Update | None, None], clock: Clock
) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(rest):
            if first is not None:
                yield _event(first, clock)
            async for update in rest:
                yield KEEP_ALIVE if update is None else _event(update, clock)
    except e.FleetingError as exc:
        _log.warning("request %s: stream ended: %s", request.state.request_id, exc)
        yield _problem(problems.of_error(request, exc))
    except Exception:  # noqa: BLE001 - the answer has begun, so nobody else can tell the client
        _log.exception("request %s: stream failed", request.state.request_id)
        failure = HttpError(500, "internal_error", "the server failed and has logged why")
        yield _problem(problems.of_http(request, failure))


def _event(update: Update, clock: Clock) -> bytes:
    is_result = update.event.kind == "status"
    found = update.result if is_result else StoredResult(update.result.record, None)
    return event(
        "result" if is_result else "progress", result_json(found, clock), position=update.event.id
    )


def _problem(problem: problems.Problem) -> bytes:
    return event("problem", problem.model_dump_json(exclude_none=True).encode())
