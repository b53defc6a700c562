"""The platform over HTTP, as its API describes itself under `/openapi.json`."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Any, Final

from pydantic import JsonValue

from ...domain.errors import InvalidTask, ServiceFault, ServiceUnavailable
from ...domain.result import Status
from ...domain.result_key import ResultKey, check_function_name
from ...domain.sighting import Sighting
from ...domain.source import digest
from ...domain.stats import Stats
from ...domain.task import TaskRequest
from ...domain.worker_facts import WorkerFacts
from ...ports.result_store import FunctionSummary, Slice
from ...usecases.check import Finding
from .answers import (
    Accepted,
    AcceptedBatch,
    Capabilities,
    CheckReport,
    FunctionList,
    Page,
    read,
    task_update_of,
    update_of,
)
from .http_calls import HttpCalls
from .http_events import HttpEvents
from .task_result import TaskFacts, TaskResult, TaskUpdate, Update

MAX_WAIT: Final = 60.0
"""Longest long poll, in seconds, that the API takes."""


class HttpGateway:
    """Speaks to one service, in the namespace that its headers name."""

    def __init__(self, calls: HttpCalls, *, events: HttpEvents | None = None) -> None:
        self._calls = calls
        self._events = events or HttpEvents(calls)

    async def submit(self, requests: Sequence[TaskRequest]) -> list[str]:
        bodies = _bodies(requests)
        if len(bodies) == 1:
            return [read(Accepted, await self._calls.json("POST", "tasks", body=bodies[0])).key]
        answer = await self._calls.json("POST", "tasks:batch", body={"tasks": bodies})
        return [task.key for task in read(AcceptedBatch, answer).tasks]

    async def check(self, request: TaskRequest) -> Finding:
        answer = await self._calls.json("POST", "tasks:check", body=_body(request))
        return read(CheckReport, answer).finding()

    async def cancel(self, key: str) -> TaskFacts:
        """End a task; where the answer to a first try was lost, the next may find it ended."""
        answer = await self._calls.json("DELETE", f"tasks/{ResultKey.parse(key)}")
        return read(TaskFacts, answer)

    async def result(self, key: str, *, wait: timedelta) -> TaskResult:
        seconds = min(wait.total_seconds(), MAX_WAIT)
        asked: dict[str, str | float] = {"key": str(ResultKey.parse(key))}
        if seconds > 0:
            asked["wait_seconds"] = seconds
        answer = await self._calls.json("GET", "get-result", params=asked, wait=seconds)
        return read(TaskResult, answer)

    async def task(self, key: str) -> TaskFacts:
        return read(TaskFacts, await self._calls.json("GET", f"tasks/{ResultKey.parse(key)}"))

    async def watch(
        self, key: str, *, after: str | None
    ) -> AsyncGenerator[TaskUpdate | None, None]:
        path = f"tasks/{ResultKey.parse(key)}/stream"
        if after is not None and Sighting.parse(after).is_end:
            return
        async with aclosing(self._events.follow(path, after)) as events:
            async for event in events:
                update = None if event is None else task_update_of(event)
                # An event of a later release is a sign of life.
                yield update
                if update is not None and update.kind == "result":
                    return

    async def values(self, function: str, part: Slice) -> list[JsonValue]:
        answer = await self._calls.json("GET", _path(function, "values"), params=_params(part))
        if not isinstance(answer, list):
            raise ServiceFault("the service answered values that are no list")
        return answer

    async def results(
        self, function: str, part: Slice, statuses: frozenset[Status]
    ) -> list[TaskFacts]:
        params = _params(part)
        if statuses < frozenset(Status):
            params["status"] = sorted(statuses)
        answer = await self._calls.json("GET", _path(function, "results"), params=params)
        return read(Page, answer).results

    async def functions(self) -> list[FunctionSummary]:
        return read(FunctionList, await self._calls.json("GET", "functions")).functions

    async def stats(self, function: str, field: str | None) -> Stats:
        params = {} if field is None else {"field": field}
        return read(Stats, await self._calls.json("GET", _path(function, "stats"), params=params))

    async def stream(
        self, function: str, *, after: str | None
    ) -> AsyncGenerator[Update | None, None]:
        async with aclosing(self._events.follow(_path(function, "stream"), after)) as events:
            async for event in events:
                if event is None:
                    yield None
                elif (update := update_of(event)) is not None:
                    yield update

    async def workers(self) -> list[WorkerFacts]:
        fleet = read(Capabilities, await self._calls.json("GET", "capabilities")).fleet
        if not fleet.known:
            raise ServiceUnavailable(f"the workers are not known: {fleet.message}")
        return list(fleet.workers)

    async def ping(self) -> None:
        await self._calls.json("GET", "readyz")

    async def close(self) -> None:
        await self._calls.client.aclose()


def _path(function: str, what: str) -> str:
    return f"functions/{check_function_name(function)}/{what}"


def _params(part: Slice) -> dict[str, Any]:
    params = {"after": part.after, "limit": part.limit}
    order = {} if part.order == "asc" else {"order": part.order}
    return {name: value for name, value in params.items() if value is not None} | order


def _bodies(requests: Sequence[TaskRequest]) -> list[dict[str, JsonValue]]:
    """The requests as JSON: each source once, and each task safe to send again.

    A batch is read in order, so its first task brings the source that the others name by digest.
    """
    sent: set[str] = set()
    bodies = []
    for request in requests:
        body = _body(request)
        body.setdefault("idempotency_key", uuid.uuid4().hex)
        if request.source is not None:
            name = digest(request.source)
            if name in sent:
                del body["source"]
                body["source_digest"] = name
            sent.add(name)
        bodies.append(body)
    return bodies


def _body(request: TaskRequest) -> dict[str, JsonValue]:
    try:
        body: dict[str, JsonValue] = request.model_dump(mode="json", exclude_defaults=True)
    except ValueError:
        raise InvalidTask("the source holds text that is not valid Unicode") from None
    return body
