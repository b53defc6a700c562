"""The Metric Retriever live: each new result of a function as it lands."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ...domain.result_key import check_function_name
from ...ports.clock import Clock
from ...ports.result_store import StoredResult
from ...usecases.follow import Follow
from ...usecases.retrieve import MetricRetriever
from ...usecases.updates import Update
from . import examples
from .access import Access
from .caller import Asking
from .documented import QUERY, STORE
from .documented import problems as documented
from .event_stream import event
from .live_events import LastEventId, LiveAnswers, documented_stream
from .parameters import Function
from .single_results import result_json
from .strict_route import strict_route

_STREAM: Final = documented_stream(
    "Events `result` (a task has ended) and `progress` (it goes on), each with its position as "
    "`id` and the JSON of `TaskResult` as data",
    examples.STREAM,
)

Position = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=64,
        description="The `id` of the last event seen: what was announced since comes first.",
        examples=["1763683200050-0"],
    ),
]


def router(
    retriever: MetricRetriever,
    follow: Follow,
    *,
    clock: Clock,
    answers: LiveAnswers,
    access: Access,
) -> APIRouter:
    """The route of the stream."""
    routes = APIRouter(route_class=strict_route(access), tags=["functions"])

    @routes.get(
        "/functions/{function}/stream",
        operation_id="streamResults",
        summary="Follow the results of a function",
        response_class=Response,
        responses={200: _STREAM, **documented(*QUERY, *STORE)},
    )
    async def stream_results(
        request: Request,
        caller: Asking,
        function: Function,
        after: Position = None,
        last_event_id: LastEventId = None,
    ) -> Response:
        """Server-sent events, from here on or from after an event seen before.

        Events come at least once: after a reconnection one may come again.
        """
        namespace = caller.require(check_function_name(function))
        # Known before the first event, so that a client that is cut off until then misses nothing.
        position = last_event_id or after or await follow.position(namespace)
        updates = retriever.stream(namespace, function, after=position, idle=answers.idle)
        return await answers(
            request,
            updates,
            lambda update: _event(update, clock),
            caller=caller,
            position=position,
        )

    return routes


def _event(update: Update, clock: Clock) -> bytes:
    is_result = update.event.kind == "status"
    found = update.result if is_result else StoredResult(update.result.record, None)
    return event(
        "result" if is_result else "progress", result_json(found, clock), position=update.event.id
    )
