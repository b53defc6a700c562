"""The surface for coroutines: the same calls, awaited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Unpack, overload

from pydantic import JsonValue

from ...domain.result import Status
from ...domain.stats import Stats
from ...domain.task import TaskRequest
from ...domain.worker_facts import WorkerFacts
from ...ports.result_store import FunctionSummary, Order
from ...usecases.check import Finding
from .batches import BATCH_SIZE
from .calls import Calls
from .handle import Handle
from .handles import Handles
from .stream import Stream
from .submission import Options, Script
from .submitting import Kwargs
from .task_result import TaskFacts, TaskResult, Update


class AsyncSurface:
    """Each method promises what the one of the same name on `Surface` does.

    They can be awaited in any asyncio loop: the work is done on the client's own.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._loop = calls.loop

    @overload
    async def submit(
        self,
        source: str,
        function: str,
        /,
        *args: object,
        kwargs: Kwargs | None = None,
        **options: Unpack[Options],
    ) -> Handle: ...
    @overload
    async def submit(
        self,
        function: Callable[..., object],
        /,
        *args: object,
        kwargs: Kwargs | None = None,
        **options: Unpack[Options],
    ) -> Handle: ...
    async def submit(
        self,
        script: Script,
        /,
        *args: object,
        kwargs: Kwargs | None = None,
        **options: Unpack[Options],
    ) -> Handle:
        """Submit one call."""
        return await self._loop.awaited(self._calls.submit(script, args, kwargs, options))

    @overload
    async def map(
        self,
        source: str,
        function: str,
        /,
        *iterables: Iterable[object],
        kwargs: Kwargs | None = None,
        batch_size: int = BATCH_SIZE,
        **options: Unpack[Options],
    ) -> Handles: ...
    @overload
    async def map(
        self,
        function: Callable[..., object],
        /,
        *iterables: Iterable[object],
        kwargs: Kwargs | None = None,
        batch_size: int = BATCH_SIZE,
        **options: Unpack[Options],
    ) -> Handles: ...
    async def map(
        self,
        script: Script,
        /,
        *iterables: object,
        kwargs: Kwargs | None = None,
        batch_size: int = BATCH_SIZE,
        **options: Unpack[Options],
    ) -> Handles:
        """Submit one call for each step through the iterables."""
        return await self._loop.awaited(
            self._calls.map(script, iterables, kwargs, options, batch_size)
        )

    async def submit_many(
        self, tasks: Iterable[TaskRequest | Mapping[str, object]], *, batch_size: int = BATCH_SIZE
    ) -> Handles:
        """Submit any mixture of calls, each in the form of `POST /tasks`."""
        return await self._loop.awaited(self._calls.submit_many(tasks, batch_size))

    async def check(
        self,
        script: Script,
        /,
        *args: object,
        kwargs: Kwargs | None = None,
        **options: Unpack[Options],
    ) -> Finding:
        """Everything that is wrong with a call, as `submit` takes it; nothing is queued."""
        return await self._loop.awaited(self._calls.check(script, args, kwargs, options))

    def handle(self, key: str) -> Handle:
        """The handle of a task that was submitted before, here or elsewhere; asks nothing."""
        return self._calls.handle(key)

    async def cancel(self, key: str) -> TaskFacts:
        """End a task."""
        return await self._loop.awaited(self._calls.gateway.cancel(key))

    async def result(self, key: str, *, timeout: float = 0) -> TaskResult:
        """What is known under `key` now, or once the task has ended within `timeout` seconds."""
        return await self._loop.awaited(self._calls.result(key, timeout))

    async def task(self, key: str) -> TaskFacts:
        """The facts under `key` without the value."""
        return await self._loop.awaited(self._calls.gateway.task(key))

    async def values(
        self, function: str, *, limit: int | None = None, after: str | None = None
    ) -> list[JsonValue]:
        """Live values of a function in order of submission."""
        return await self._loop.awaited(self._calls.values(function, limit, after))

    async def results(
        self,
        function: str,
        *,
        status: Status | str | Iterable[Status | str] = (),
        limit: int | None = None,
        after: str | None = None,
        order: Order = "asc",
    ) -> list[TaskFacts]:
        """Results of a function without their values."""
        return await self._loop.awaited(self._calls.results(function, status, limit, after, order))

    async def functions(self) -> list[FunctionSummary]:
        """Functions with live values, by name."""
        return await self._loop.awaited(self._calls.gateway.functions())

    async def stats(self, function: str, *, field: str | None = None) -> Stats:
        """Figures over a function's live values."""
        return await self._loop.awaited(self._calls.gateway.stats(function, field))

    def stream(self, function: str, *, after: str | None = None) -> Stream[Update]:
        """Each result of a function as it lands; listens from `async with`, or `async for`."""
        return self._calls.stream(function, after)

    async def workers(self) -> list[WorkerFacts]:
        """The workers there are: what each has proven to hold back, its versions and libraries."""
        return await self._loop.awaited(self._calls.gateway.workers())

    async def ping(self) -> None:
        """Return if the platform can serve."""
        await self._loop.awaited(self._calls.gateway.ping())
