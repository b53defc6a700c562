"""One task live: where it stands, what it prints, how it ends."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ...domain import errors as e
from ...domain.result_key import ResultKey
from ...domain.sighting import POSITION_PATTERN, Sighting
from ...ports.clock import Clock
from ...usecases.retrieve import MetricRetriever
from ...usecases.watch import TaskUpdate
from . import examples
from .access import Access
from .caller import Asking
from .documented import QUERY, STORE, problems
from .event_stream import event
from .live_events import LastEventId, LiveAnswers, documented_stream
from .parameters import Key
from .schemas import OutputPiece, TaskSummary
from .single_results import result_json
from .strict_route import strict_route

_STREAM: Final = documented_stream(
    "Events `status` and `progress` with the facts of the task without its output, `output` "
    "(`OutputPiece`: what the run has printed since the last one) and `result` with the JSON of "
    "`TaskResult`, after which the stream ends; each with its position as `id`",
    examples.TASK_STREAM,
)
_OVER: Final[dict[str, Any]] = {
    "description": "The event seen last was the `result`: nothing follows, do not come back."
}
Position = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=64,
        description="The `id` of the last event seen: only what is new since then comes.",
        examples=["running.1.120"],
        json_schema_extra={"pattern": POSITION_PATTERN},
    ),
]


def router(
    retriever: MetricRetriever,
    *,
    clock: Clock,
    answers: LiveAnswers,
    access: Access,
) -> APIRouter:
    """The route of the stream."""
    routes = APIRouter(route_class=strict_route(access), tags=["results"])

    @routes.get(
        "/tasks/{key}/stream",
        operation_id="streamTask",
        summary="Follow a task",
        response_class=Response,
        responses={
            200: _STREAM,
            204: _OVER,
            **problems(*QUERY, e.MalformedKey, e.ResultUnknown, e.ResultGone, *STORE),
        },
    )
    async def stream_task(
        request: Request,
        caller: Asking,
        key: Key,
        after: Position = None,
        last_event_id: LastEventId = None,
    ) -> Response:
        """Server-sent events from the task's present to its end: at once if it has ended.

        A stream that was interrupted goes on after the last event seen; output that is no longer
        kept while the run goes on is left out, which the `start` of the next piece shows.
        """
        position = last_event_id or after
        seen = Sighting() if position is None else Sighting.parse(position)
        if seen.is_end:
            ResultKey.parse(key)
            return Response(status_code=204)
        place = caller.place(key)
        updates = retriever.watch(place.namespace, key, seen=seen, idle=answers.idle)
        return await answers(
            request,
            updates,
            lambda update: _event(update, clock),
            caller=caller,
            position=str(seen),
        )

    return routes


def _event(update: TaskUpdate, clock: Clock) -> bytes:
    piece = update.piece
    return event(piece.kind, _data(update, clock), position=str(piece.seen))


def _data(update: TaskUpdate, clock: Clock) -> bytes:
    piece, record = update.piece, update.result.record
    if piece.output is not None:
        output = OutputPiece(
            key=record.key,
            attempt=record.attempt,
            start=piece.output.start,
            text=piece.output.text,
        )
        return output.model_dump_json().encode()
    if piece.kind == "result":
        return result_json(update.result, clock)
    return TaskSummary.of(record, clock.now()).model_dump_json().encode()
