"""The Metric Retriever, one task at a time: its result by key, and its facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from ...domain import errors as e
from ...ports.clock import Clock
from ...ports.result_store import StoredResult
from ...usecases.retrieve import MetricRetriever
from . import examples
from .access import Access
from .caller import Asking
from .closing import Closing, unless_ended
from .documented import QUERY, STORE, answer, problems
from .parameters import Key, KeyQuery, WaitSeconds
from .raw_json import MEDIA_TYPE, with_member
from .schemas import TaskFacts, TaskResult
from .statuses import RETRY_AFTER_SECONDS
from .strict_route import strict_route

_GONE: Final = (e.MalformedKey, e.ResultUnknown, e.ResultGone)
_HEADERS: Final = {"Cache-Control": "no-store"}


def router(
    retriever: MetricRetriever, *, clock: Clock, closing: Closing, access: Access
) -> APIRouter:
    """The routes that take a key."""
    routes = APIRouter(route_class=strict_route(access), tags=["results"])

    @routes.get(
        "/get-result",
        operation_id="getResult",
        summary="Get a result by its key",
        response_class=Response,
        responses={
            200: answer(
                TaskResult,
                "The task has ended: with a value, or with an error.",
                {
                    "succeeded": examples.SUCCEEDED | {"value": 3},
                    "failed": examples.FAILED,
                    "cancelled": examples.CANCELLED,
                },
            ),
            202: answer(
                TaskResult,
                "The task is queued or running: ask again.",
                {"queued": examples.QUEUED, "running": examples.RUNNING},
                headers=("Retry-After",),
            ),
            **problems(*QUERY, *_GONE, *STORE),
        },
    )
    async def get_result(
        request: Request, caller: Asking, key: KeyQuery, wait_seconds: WaitSeconds = 0
    ) -> Response:
        """What has become of a task, with its value once there is one.

        With `wait_seconds` the answer comes as soon as the task ends, or when the time is up. 410:
        the key is well-formed, but nothing is left under it (expired, or never submitted here).
        """
        found, namespace = None, caller.place(key).namespace
        if wait_seconds > 0 and not closing.has_begun:
            waiting = retriever.result(namespace, key, wait=timedelta(seconds=wait_seconds))
            found = await unless_ended(waiting, receive=request.receive, closing=closing)
        if found is None:
            found = await retriever.result(namespace, key)
        return _result(found, clock)

    @routes.get(
        "/tasks/{key}",
        operation_id="getTask",
        summary="Get the facts of a task",
        response_class=Response,
        responses={
            200: answer(
                TaskFacts,
                "What is known of the task, whatever its status.",
                {"running": examples.RUNNING, "succeeded": examples.SUCCEEDED},
            ),
            **problems(*QUERY, *_GONE, *STORE),
        },
    )
    async def get_task(caller: Asking, key: Key) -> Response:
        """Everything known of a task but its value: status, times, attempts, output, progress."""
        found = await retriever.result(caller.place(key).namespace, key)
        facts = TaskFacts.of(found.record, clock.now())
        return Response(facts.model_dump_json(), 200, _HEADERS, MEDIA_TYPE)

    return routes


def result_json(found: StoredResult, clock: Clock) -> bytes:
    """The JSON of `TaskResult`: the value's stored bytes, put into the facts."""
    facts = TaskFacts.of(found.record, clock.now()).model_dump_json().encode()
    return facts if found.value is None else with_member(facts, "value", found.value)


def _result(found: StoredResult, clock: Clock) -> Response:
    body = result_json(found, clock)
    if found.record.status.is_final:
        return Response(body, 200, _HEADERS, MEDIA_TYPE)
    wait = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return Response(body, 202, _HEADERS | wait, MEDIA_TYPE)
