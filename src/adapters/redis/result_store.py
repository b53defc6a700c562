"""`ResultWriter`, `OpenTasks` and `ResultReader` on Redis."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from ...domain.change import Change, Hold, Note, Refused, Renewal, Snapshot, Swapped
from ...domain.errors import StoreDenied
from ...domain.result import Record, Status
from ...domain.result_key import Address
from ...ports.result_store import FunctionSummary, LiveValue, Order, Slice, StoredResult
from . import changes, function_list, holds, open_list, reading
from .changes import Layout
from .connection import RedisConnection
from .joins import Joins
from .reading import Shelf


class RedisResultWriter:
    """The worker's half: scripts, one pipeline a call."""

    def __init__(self, connection: RedisConnection, layout: Layout) -> None:
        self._connection = connection
        self._layout = layout

    def load(self, addresses: Sequence[Address]) -> list[Snapshot]:
        return self._connection.run(holds.load(self._layout.space, addresses))

    def store(self, changes_: Sequence[Change]) -> list[Swapped | Refused]:
        return self._connection.run(changes.store(self._layout, changes_))

    def renew(self, holds_: Sequence[Hold], lease: timedelta) -> list[Renewal]:
        return self._connection.run(holds.renew(self._layout.space, holds_, lease))

    def report(self, notes: Sequence[Note]) -> None:
        self._connection.run(holds.report(self._layout, notes))


class RedisOpenTasks:
    """The sweeper's half."""

    def __init__(self, connection: RedisConnection, layout: Layout) -> None:
        self._connection = connection
        self._space = layout.space

    def overdue(self, *, limit: int) -> list[Address]:
        return self._connection.run(open_list.overdue(self._space, limit))

    def forget(self, addresses: Sequence[Address]) -> None:
        self._connection.run(open_list.forget(self._space, addresses))


class RedisResultReader:
    """The retriever's half: plain reading commands, for a user who may do no more."""

    def __init__(
        self,
        connection: RedisConnection,
        layout: Layout,
        now: Callable[[], float] | None = None,
    ) -> None:
        """Prepare a reader.

        Args:
            connection: the Redis.
            layout: how it is used.
            now: seconds since 1970, the system's by default; may be minutes apart from Redis'.
        """
        self._connection = connection
        self._space = layout.space
        self._now = now or time.time
        self._joins = Joins(is_possible=not layout.is_sharded)

    async def read(self, address: Address) -> StoredResult | None:
        return await self._connection.run_async(reading.read(self._space, address), shared=True)

    async def values(
        self, namespace: str, function: str, part: Slice, *, max_bytes: int
    ) -> list[LiveValue]:
        shelf = self._shelf(namespace, function)
        if self._joins.may_serve(shelf, part):
            found = await self._joined(shelf, part.order, max_bytes)
            if found is not None:
                return found
        one_by_one = self._connection.is_cluster
        plan = reading.values(shelf, part, max_bytes=max_bytes, one_by_one=one_by_one)
        found = await self._connection.run_async(plan)
        self._joins.note(shelf, part, len(found))
        return found

    async def records(
        self, namespace: str, function: str, part: Slice, statuses: frozenset[Status]
    ) -> list[Record]:
        shelf = self._shelf(namespace, function)
        return await self._connection.run_async(reading.records(shelf, part, statuses))

    async def functions(self, namespace: str) -> list[FunctionSummary]:
        return await self._connection.run_async(function_list.functions(self._space, namespace))

    async def _joined(self, shelf: Shelf, order: Order, max_bytes: int) -> list[LiveValue] | None:
        plan = reading.values_at_once(shelf, order, max_bytes=max_bytes)
        try:
            found = await self._connection.run_async(plan)
        except StoreDenied:
            self._joins.give_up()
            return None
        if found is None:
            self._joins.forget(shelf)
        return found

    def _shelf(self, namespace: str, function: str) -> Shelf:
        return Shelf(self._space, namespace, function, now_ms=int(self._now() * 1000))
