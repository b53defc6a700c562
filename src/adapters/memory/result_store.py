"""`ResultWriter`, `OpenTasks` and `ResultReader` in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import islice

from ...domain.change import Change, Hold, Note, Refused, Renewal, Snapshot, Swapped
from ...domain.errors import AnswerTooLarge
from ...domain.result import Record, Status
from ...domain.result_key import Address
from ...ports.result_store import FunctionSummary, LiveValue, Slice, StoredResult
from .cells import Cell, snapshot
from .store import MemoryStore


class MemoryResultWriter:
    """The worker's half; each call is one step for everybody else."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def load(self, addresses: Sequence[Address]) -> list[Snapshot]:
        self._store.switch.check()
        with self._store.lock:
            at = self._store.now()
            return [snapshot(a, self._store.cell(a), at=at) for a in addresses]

    def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        self._store.switch.check()
        with self._store.lock:
            return [self._store.swap(change) for change in changes]

    def renew(self, holds: Sequence[Hold], lease: timedelta) -> list[Renewal]:
        self._store.switch.check()
        with self._store.lock:
            return [self._renew(hold, lease) for hold in holds]

    def report(self, notes: Sequence[Note]) -> None:
        self._store.switch.check()
        with self._store.lock:
            for note in notes:
                cell = self._store.cell(note.hold.address)
                if cell is not None and cell.is_held(note.hold):
                    cell.take(note)
                    self._store.announce(note.hold.address, "progress")

    def _renew(self, hold: Hold, lease: timedelta) -> Renewal:
        cell = self._store.cell(hold.address)
        if cell is None or not cell.is_held(hold):
            marked = cell is not None and cell.cancel_requested
            return Renewal(hold, is_held=False, cancel_requested=marked)
        cell.lease_until = self._store.now() + lease if lease else None
        return Renewal(hold, is_held=True, cancel_requested=cell.cancel_requested)


class MemoryOpenTasks:
    """The sweeper's half."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def overdue(self, *, limit: int) -> list[Address]:
        self._store.switch.check()
        with self._store.lock:
            return self._store.deadlines.before(self._store.now(), limit=limit)

    def forget(self, addresses: Sequence[Address]) -> None:
        self._store.switch.check()
        with self._store.lock:
            for address in addresses:
                self._store.deadlines.remove(address)


class MemoryResultReader:
    """The retriever's half."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def read(self, address: Address) -> StoredResult | None:
        self._store.switch.check()
        with self._store.lock:
            cell = self._store.cell(address)
            if cell is None:
                return None
            return StoredResult(cell.shown_record(address), cell.value)

    async def values(
        self, namespace: str, function: str, part: Slice, *, max_bytes: int
    ) -> list[LiveValue]:
        self._store.switch.check()
        with self._store.lock:
            found = [
                LiveValue(address.key, cell.value)
                for address, cell in self._part(namespace, function, part, _SUCCEEDED)
                if cell.value is not None
            ]
        size = sum(len(value.value) for value in found)
        if size > max_bytes:
            raise AnswerTooLarge(
                f"the values of {function} are {size} bytes together, the limit is {max_bytes}: "
                "ask for a page with limit and after"
            )
        return found

    async def records(
        self, namespace: str, function: str, part: Slice, statuses: frozenset[Status]
    ) -> list[Record]:
        self._store.switch.check()
        with self._store.lock:
            found = self._part(namespace, function, part, statuses)
            return [cell.shown_record(address) for address, cell in found]

    async def functions(self, namespace: str) -> list[FunctionSummary]:
        self._store.switch.check()
        with self._store.lock:
            found = [self._summary(namespace, name) for name in self._store.functions(namespace)]
        return [summary for summary in found if summary is not None]

    def _part(
        self, namespace: str, function: str, part: Slice, statuses: frozenset[Status]
    ) -> list[tuple[Address, Cell]]:
        wanted = [x for x in self._store.cells(namespace, function) if x[1].status in statuses]
        if part.order == "desc":
            wanted.reverse()
        if part.after is not None:
            wanted = [x for x in wanted if _follows(x[0].key, part.after, part)]
        return list(islice(wanted, part.limit))

    def _summary(self, namespace: str, function: str) -> FunctionSummary | None:
        live = self._part(namespace, function, Slice(), _SUCCEEDED)
        if not live:
            return None
        newest, _ = max(live, key=lambda found: (found[1].expires, found[0].key))
        return FunctionSummary(function, len(live), newest.key)


_SUCCEEDED = frozenset({Status.SUCCEEDED})


def _follows(key: str, after: str, part: Slice) -> bool:
    return key < after if part.order == "desc" else key > after
