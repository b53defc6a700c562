"""The platform inside this process: the use cases themselves."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import JsonValue

from ...domain.errors import ServiceUnavailable
from ...domain.json_value import parse_json
from ...domain.principal import ANYBODY
from ...domain.result import Record, Status
from ...domain.result_key import Address, ResultKey
from ...domain.sighting import Sighting
from ...domain.stats import Stats
from ...domain.task import TaskRequest
from ...domain.worker_facts import WorkerFacts
from ...ports.fleet import Fleet
from ...ports.result_store import FunctionSummary, Slice, StoredResult
from ...usecases.cancel import CancelTask
from ...usecases.check import CheckTask, Finding
from ...usecases.retrieve import MetricRetriever
from ...usecases.submit import SubmitTasks
from ...usecases.updates import Update as Change
from ...usecases.watch import TaskUpdate as News
from .task_result import TaskFacts, TaskResult, TaskUpdate, Update

_IDLE: Final = timedelta(minutes=1)
"""How often a silent stream wakes up for nothing."""


async def nothing() -> None:
    """Release nothing."""


class LocalGateway:
    """Calls the use cases; `release` is awaited at the end, on the same loop."""

    def __init__(
        self,
        *,
        submit: SubmitTasks,
        check: CheckTask,
        cancel: CancelTask,
        retriever: MetricRetriever,
        namespace: str = "",
        fleet: Fleet | None = None,
        ping: Callable[[], Awaitable[None]] = nothing,
        release: Callable[[], Awaitable[None]] = nothing,
    ) -> None:
        self._submit = submit
        self._check = check
        self._cancel = cancel
        self._retriever = retriever
        self._namespace = namespace
        self._fleet = fleet
        self._ping = ping
        self._release = release
        self._is_closed = False

    async def submit(self, requests: Sequence[TaskRequest]) -> list[str]:
        accepted = await self._submit(
            requests, namespace=self._namespace, principal=ANYBODY.subject
        )
        return [one.address.key for one in accepted]

    async def check(self, request: TaskRequest) -> Finding:
        return await self._check(request, namespace=self._namespace, principal=ANYBODY.subject)

    async def cancel(self, key: str) -> TaskFacts:
        ResultKey.parse(key)
        return facts_of(await self._cancel(Address(self._namespace, key)))

    async def result(self, key: str, *, wait: timedelta) -> TaskResult:
        return result_of(await self._retriever.result(self._namespace, key, wait=wait))

    async def task(self, key: str) -> TaskFacts:
        return facts_of((await self._retriever.result(self._namespace, key)).record)

    async def watch(
        self, key: str, *, after: str | None
    ) -> AsyncGenerator[TaskUpdate | None, None]:
        seen = Sighting() if after is None else Sighting.parse(after)
        # A stream ends for a listener that falls too far behind: it goes on where it was.
        while not (seen.is_end or self._is_closed):
            news = self._retriever.watch(self._namespace, key, seen=seen, idle=_IDLE)
            async with aclosing(news) as updates:
                async for update in updates:
                    if update is not None:
                        seen = update.piece.seen
                    yield None if update is None else _task_update(update)

    async def values(self, function: str, part: Slice) -> list[JsonValue]:
        values = await self._retriever.values(self._namespace, function, part)
        return [parse_json(item.value) for item in values.items]

    async def results(
        self, function: str, part: Slice, statuses: frozenset[Status]
    ) -> list[TaskFacts]:
        records = await self._retriever.results(self._namespace, function, part, statuses)
        return [facts_of(record) for record in records]

    async def functions(self) -> list[FunctionSummary]:
        return await self._retriever.functions(self._namespace)

    async def stats(self, function: str, field: str | None) -> Stats:
        return await self._retriever.stats(self._namespace, function, field)

    async def stream(
        self, function: str, *, after: str | None
    ) -> AsyncGenerator[Update | None, None]:
        # A stream ends for a listener that falls too far behind: it goes on where it was.
        while not self._is_closed:
            changes = self._retriever.stream(self._namespace, function, after=after, idle=_IDLE)
            async with aclosing(changes):
                async for change in changes:
                    if change is not None:
                        after = change.event.id
                    yield None if change is None else _update(change)

    async def workers(self) -> list[WorkerFacts]:
        if self._fleet is None:
            raise ServiceUnavailable("the result store keeps no list of workers")
        return await self._fleet.workers()

    async def ping(self) -> None:
        await self._ping()

    async def close(self) -> None:
        self._is_closed = True
        await self._release()


def facts_of(record: Record) -> TaskFacts:
    """What a caller sees of a record."""
    return TaskFacts.model_validate(_shown(record))


def result_of(stored: StoredResult) -> TaskResult:
    """What a caller sees of a record with its value."""
    value = None if stored.value is None else parse_json(stored.value)
    return TaskResult.model_validate(_shown(stored.record) | {"value": value})


def _shown(record: Record) -> dict[str, object]:
    left = None if record.expires_at is None else record.expires_at - datetime.now(UTC)
    return {name: getattr(record, name, None) for name in TaskFacts.model_fields} | {
        "expires_in_seconds": None if left is None else max(left.total_seconds(), 0),
        "run_seconds": None if record.run_time is None else record.run_time.total_seconds(),
        "ttl_seconds": record.ttl.total_seconds(),
        "worker": record.worker or None,
    }


def _task_update(new: News) -> TaskUpdate:
    piece, position = new.piece, str(new.piece.seen)
    if piece.output is not None:
        return TaskUpdate(position, "output", piece.output.text, piece.output.start)
    task = result_of(new.result) if piece.kind == "result" else facts_of(new.result.record)
    return TaskUpdate(position, piece.kind, task=task)


def _update(change: Change) -> Update:
    if change.event.kind == "progress":
        return Update(change.event.id, "progress", result_of(change.result))
    return Update(change.event.id, "result", result_of(change.result))
