"""The contracts of `ResultReader` and `OpenTasks` catch each of these faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fleeting.adapters.memory.cells import Cell
from fleeting.adapters.memory.deadlines import Deadlines
from fleeting.adapters.memory.result_store import MemoryOpenTasks, MemoryResultReader
from fleeting.adapters.memory.store import MemoryStore
from fleeting.domain.result import Record, Status
from fleeting.domain.result_key import Address
from fleeting.ports.result_store import FunctionSummary, LiveValue, Slice, StoredResult
from fleeting.testing import OpenTasksContract, ResultReaderContract

Part = list[tuple[Address, Cell]]
Statuses = frozenset[Status]


class IgnoresNamespaces(MemoryResultReader):
    async def read(self, address: Address) -> StoredResult | None:
        for candidate in self._store._cells:
            if candidate.key == address.key:
                return await super().read(candidate)
        return None


class MixesFunctions(MemoryStore):
    def cells(self, namespace: str, function: str) -> Iterator[tuple[Address, Cell]]:
        for address in sorted(self._cells):
            cell = self.cell(address)
            if cell and address.namespace == namespace and address.key.startswith(function):
                yield address, cell


class IgnoresExpiry(MemoryStore):
    def cells(self, namespace: str, function: str) -> Iterator[tuple[Address, Cell]]:
        for address, cell in sorted(self._cells.items(), key=lambda item: item[0]):
            if (address.namespace, address.function) == (namespace, function):
                yield address, cell


class ListsInOrderOfExpiry(MemoryResultReader):
    def _part(self, namespace: str, function: str, part: Slice, statuses: Statuses) -> Part:
        found = super()._part(namespace, function, part, statuses)
        return sorted(found, key=lambda item: item[1].expires)


class ListsInOrderOfCompletion(MemoryStore):
    def cells(self, namespace: str, function: str) -> Iterator[tuple[Address, Cell]]:
        for address, cell in list(self._cells.items()):
            if (address.namespace, address.function) == (namespace, function):
                yield address, cell

    def _put(self, address: Address, cell: Cell) -> None:
        self._cells.pop(address, None)
        super()._put(address, cell)


class IncludesAfter(MemoryResultReader):
    def _part(self, namespace: str, function: str, part: Slice, statuses: Statuses) -> Part:
        found = super()._part(namespace, function, replace(part, after=None, limit=None), statuses)
        if part.after is not None:
            descending = part.order == "desc"
            found = [
                x for x in found if x[0].key == part.after or (x[0].key < part.after) is descending
            ]
        return found[: part.limit]


class NeedsAfterToBeThere(MemoryResultReader):
    def _part(self, namespace: str, function: str, part: Slice, statuses: Statuses) -> Part:
        found = super()._part(namespace, function, replace(part, after=None, limit=None), statuses)
        keys = [address.key for address, _ in found]
        start = 0 if part.after is None else keys.index(part.after) + 1
        return found[start:][: part.limit]


class IgnoresOrder(MemoryResultReader):
    def _part(self, namespace: str, function: str, part: Slice, statuses: Statuses) -> Part:
        return super()._part(namespace, function, replace(part, order="asc"), statuses)


class LimitsBeforeReversing(MemoryResultReader):
    def _part(self, namespace: str, function: str, part: Slice, statuses: Statuses) -> Part:
        found = super()._part(namespace, function, replace(part, order="asc"), statuses)
        return found if part.order == "asc" else found[::-1]


class LimitsBeforeFiltering(MemoryResultReader):
    def _part(self, namespace: str, function: str, part: Slice, statuses: Statuses) -> Part:
        found = super()._part(namespace, function, part, frozenset(Status))
        return [x for x in found if x[1].status in statuses]


class TakesNoStatusForAny(MemoryResultReader):
    async def records(
        self, namespace: str, function: str, part: Slice, statuses: Statuses
    ) -> list[Record]:
        return await super().records(namespace, function, part, statuses or frozenset(Status))


class CutsAtTheBudget(MemoryResultReader):
    async def values(
        self, namespace: str, function: str, part: Slice, *, max_bytes: int
    ) -> list[LiveValue]:
        found, size = [], 0
        for value in await super().values(namespace, function, part, max_bytes=10**9):
            size += len(value.value)
            if size <= max_bytes:
                found.append(value)
        return found


class CountsKeysToo(MemoryResultReader):
    async def values(
        self, namespace: str, function: str, part: Slice, *, max_bytes: int
    ) -> list[LiveValue]:
        return await super().values(namespace, function, part, max_bytes=max_bytes - 40)


class AllowsOneByteMore(MemoryResultReader):
    async def values(
        self, namespace: str, function: str, part: Slice, *, max_bytes: int
    ) -> list[LiveValue]:
        return await super().values(namespace, function, part, max_bytes=max_bytes + 1)


class WeighsTheWholeList(MemoryResultReader):
    async def values(
        self, namespace: str, function: str, part: Slice, *, max_bytes: int
    ) -> list[LiveValue]:
        await super().values(namespace, function, Slice(), max_bytes=max_bytes)
        return await super().values(namespace, function, part, max_bytes=max_bytes)


class StopsAtAThousand(MemoryResultReader):
    async def values(
        self, namespace: str, function: str, part: Slice, *, max_bytes: int
    ) -> list[LiveValue]:
        return (await super().values(namespace, function, part, max_bytes=max_bytes))[:1000]


class ListsIdleFunctions(MemoryResultReader):
    def _summary(self, namespace: str, function: str) -> FunctionSummary | None:
        return super()._summary(namespace, function) or FunctionSummary(function, 0, "")


class CountsFailures(MemoryResultReader):
    def _summary(self, namespace: str, function: str) -> FunctionSummary | None:
        found = super()._summary(namespace, function)
        count = len(self._part(namespace, function, Slice(), frozenset(Status)))
        return found and replace(found, count=count)


class SortsFunctionsByCount(MemoryResultReader):
    async def functions(self, namespace: str) -> list[FunctionSummary]:
        return sorted(await super().functions(namespace), key=lambda s: -s.count)


class TakesTheLastKeyForTheNewest(MemoryResultReader):
    def _summary(self, namespace: str, function: str) -> FunctionSummary | None:
        found = super()._summary(namespace, function)
        keys = [address.key for address, _ in self._part(namespace, function, Slice(), LIVE)]
        return found and replace(found, newest=max(keys))


LIVE = frozenset({Status.SUCCEEDED})


class ProlongsOnReading(MemoryResultReader):
    async def read(self, address: Address) -> StoredResult | None:
        if (cell := self._store.cell(address)) is not None:
            cell.expires += timedelta(days=1)
        return await super().read(address)


class HidesCancelMark(MemoryResultReader):
    async def read(self, address: Address) -> StoredResult | None:
        found = await super().read(address)
        if found is None:
            return None
        return replace(found, record=found.record.model_copy(update={"cancel_requested": False}))


class TakesGarbageForNothing(MemoryResultReader):
    async def read(self, address: Address) -> StoredResult | None:
        try:
            return await super().read(address)
        except Exception:  # noqa: BLE001  # that is the fault
            return None


class IgnoresTheClock(MemoryOpenTasks):
    def overdue(self, *, limit: int) -> list[Address]:
        return [address for _, address in self._store.deadlines._sorted[:limit]]


class SortsByAddress(MemoryOpenTasks):
    def overdue(self, *, limit: int) -> list[Address]:
        return sorted(super().overdue(limit=limit))


class IgnoresTheLimit(MemoryOpenTasks):
    def overdue(self, *, limit: int) -> list[Address]:
        return super().overdue(limit=10**6)


class ForgetsEverything(MemoryOpenTasks):
    def forget(self, addresses: Sequence[Address]) -> None:
        self._store.deadlines.__init__()


class ForgetsNothing(MemoryOpenTasks):
    def forget(self, addresses: Sequence[Address]) -> None:
        pass


class DropsWhatItForgets(MemoryOpenTasks):
    def forget(self, addresses: Sequence[Address]) -> None:
        for address in addresses:
            self._store.drop(address)


class WatchesEndedTasks(MemoryStore):
    def __init__(self, now: Any) -> None:
        super().__init__(now)
        self.deadlines = NeverRemoves()


class NeverRemoves(Deadlines):
    def remove(self, address: Address) -> None:
        pass


class WatchesQueuedTasksAlone(MemoryStore):
    def _put(self, address: Address, cell: Cell) -> None:
        super()._put(address, cell)
        if cell.status is not Status.QUEUED:
            self.deadlines.remove(address)


READER_FAULTS = [
    ({"reader": IgnoresNamespaces}, "test_namespaces_are_apart"),
    ({"store": MixesFunctions}, "test_values_are_those_of_one_function"),
    ({"store": IgnoresExpiry}, "test_expired_values_are_in_no_answer"),
    ({"store": IgnoresExpiry}, "test_expired_results_do_not_use_up_the_limit"),
    ({"store": IgnoresExpiry}, "test_function_without_live_values_is_not_listed"),
    ({"reader": ListsInOrderOfExpiry}, "test_values_come_in_the_order_of_their_keys"),
    ({"store": ListsInOrderOfCompletion}, "test_values_come_in_the_order_of_their_keys"),
    ({"store": ListsInOrderOfCompletion}, "test_records_come_in_the_order_of_their_keys"),
    ({"reader": IncludesAfter}, "test_slices"),
    ({"reader": NeedsAfterToBeThere}, "test_slices"),
    ({"reader": IgnoresOrder}, "test_slices"),
    ({"reader": LimitsBeforeReversing}, "test_slices"),
    ({"reader": LimitsBeforeFiltering}, "test_limit_counts_records_of_the_wanted_status"),
    ({"reader": TakesNoStatusForAny}, "test_no_status_no_records"),
    ({"reader": CutsAtTheBudget}, "test_answer_beyond_its_budget_is_an_error"),
    ({"reader": AllowsOneByteMore}, "test_answer_beyond_its_budget_is_an_error"),
    ({"reader": CountsKeysToo}, "test_answer_may_fill_its_budget"),
    ({"reader": WeighsTheWholeList}, "test_budget_counts_what_is_asked_for"),
    ({"reader": StopsAtAThousand}, "test_long_list_is_complete_and_in_order"),
    ({"reader": ListsIdleFunctions}, "test_what_has_no_value_is_not_among_the_values"),
    ({"reader": CountsFailures}, "test_functions_come_by_name"),
    ({"reader": SortsFunctionsByCount}, "test_functions_come_by_name"),
    ({"reader": TakesTheLastKeyForTheNewest}, "test_newest_value_is_the_one_that_lives_longest"),
    ({"reader": ProlongsOnReading}, "test_reading_does_not_prolong_life"),
    ({"reader": HidesCancelMark}, "test_read_shows_the_cancel_mark"),
    ({"reader": TakesGarbageForNothing}, "test_record_that_cannot_be_read_is_an_error"),
]

OPEN_TASKS_FAULTS = [
    ({"open_tasks": IgnoresTheClock}, "test_task_is_overdue_once_its_deadline_has_passed"),
    ({"open_tasks": SortsByAddress}, "test_earliest_deadline_comes_first"),
    ({"open_tasks": IgnoresTheLimit}, "test_limit_takes_the_earliest"),
    ({"open_tasks": ForgetsEverything}, "test_forgotten_task_is_not_overdue"),
    ({"open_tasks": ForgetsNothing}, "test_forgotten_task_is_not_overdue"),
    ({"open_tasks": DropsWhatItForgets}, "test_forgetting_leaves_the_record"),
    ({"store": WatchesEndedTasks}, "test_ended_task_is_not_overdue"),
    ({"store": WatchesQueuedTasksAlone}, "test_task_is_overdue_once_its_deadline_has_passed"),
]


@pytest.mark.parametrize(("parts", "test"), READER_FAULTS)
def test_fault_of_a_reader_is_caught(passes: Any, parts: dict[str, Any], test: str) -> None:
    assert passes(ResultReaderContract, test)
    assert not passes(ResultReaderContract, test, **parts)


@pytest.mark.parametrize(("parts", "test"), OPEN_TASKS_FAULTS)
def test_fault_of_open_tasks_is_caught(passes: Any, parts: dict[str, Any], test: str) -> None:
    assert passes(OpenTasksContract, test)
    assert not passes(OpenTasksContract, test, **parts)
