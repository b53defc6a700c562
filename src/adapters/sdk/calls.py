"""What both colours of the surface do; coroutines for the client's own loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import JsonValue

from ...domain.result import Status
from ...domain.task import TaskRequest
from ...ports.result_store import Order, Slice
from ...usecases.check import Finding
from .background_loop import BackgroundLoop
from .batches import submit_all
from .gateway import Gateway
from .handle import Handle
from .handles import Handles
from .stream import Stream
from .submission import Script, request_from, request_of, requests_of
from .task_result import TaskFacts, TaskResult, Update
from .task_wait import TaskWait

_PAGE = 1000
"""Results asked for at once: the most that a platform gives."""


class Calls:
    """Turns what callers write into what a gateway takes, and keys into handles."""

    def __init__(self, gateway: Gateway, *, loop: BackgroundLoop) -> None:
        self.gateway = gateway
        self.loop = loop

    def handle(self, key: str) -> Handle:
        """The handle of a task; asks nothing."""
        return self._handle(TaskWait(key, self.gateway))

    def stream(self, function: str, after: str | None) -> Stream[Update]:
        """The updates of a function; not opened yet."""
        return Stream(self.gateway.stream(function, after=after), loop=self.loop)

    async def submit(
        self,
        script: Script,
        given: Sequence[object],
        kwargs: Mapping[str, object] | None,
        options: Mapping[str, object],
    ) -> Handle:
        """Submit one call."""
        [key] = await self.gateway.submit([request_of(script, given, kwargs, options)])
        return self.handle(key)

    async def map(
        self,
        script: Script,
        given: Sequence[object],
        kwargs: Mapping[str, object] | None,
        options: Mapping[str, object],
        batch_size: int,
    ) -> Handles:
        """Submit a call for each step through the iterables."""
        requests = list(requests_of(script, given, kwargs, options))
        return await self._submit_all(requests, batch_size)

    async def submit_many(
        self, tasks: Iterable[TaskRequest | Mapping[str, object]], batch_size: int
    ) -> Handles:
        """Submit any mixture of calls."""
        return await self._submit_all([request_from(task) for task in tasks], batch_size)

    async def check(
        self,
        script: Script,
        given: Sequence[object],
        kwargs: Mapping[str, object] | None,
        options: Mapping[str, object],
    ) -> Finding:
        """Look at one call."""
        return await self.gateway.check(request_of(script, given, kwargs, options))

    async def result(self, key: str, timeout: float) -> TaskResult:
        """What is known of a task, or its end within `timeout` seconds."""
        return await TaskWait(key, self.gateway).look(timeout)

    async def values(self, function: str, limit: int | None, after: str | None) -> list[JsonValue]:
        """Live values of a function."""
        return await self.gateway.values(function, Slice(after=after, limit=limit))

    async def results(
        self,
        function: str,
        status: Status | str | Iterable[Status | str],
        limit: int | None,
        after: str | None,
        order: Order,
    ) -> list[TaskFacts]:
        """All pages of a function's results, up to `limit`."""
        statuses = frozenset(map(Status, [status] if isinstance(status, str) else status))
        found: list[TaskFacts] = []
        while limit is None or len(found) < limit:
            size = _PAGE if limit is None else min(_PAGE, limit - len(found))
            part = Slice(after=after, limit=size, order=order)
            page = await self.gateway.results(function, part, statuses or frozenset(Status))
            # A page may be short because results expired in between: only an empty one is the end.
            if not page:
                break
            found += page
            after = page[-1].key
        return found

    async def _submit_all(self, requests: Sequence[TaskRequest], batch_size: int) -> Handles:
        keys = await submit_all(self.gateway, requests, size=batch_size)
        waits = [TaskWait(key, self.gateway) for key in keys]
        return Handles([self._handle(wait) for wait in waits], waits, loop=self.loop)

    def _handle(self, wait: TaskWait) -> Handle:
        return Handle(wait, calls=self.gateway, loop=self.loop)
