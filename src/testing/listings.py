"""The part of the `ResultReader` contract on lists: values, records, functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest

from ..domain.change import Change, opening, transition
from ..domain.errors import AnswerTooLarge
from ..domain.result import Record, Status
from ..ports.result_store import FunctionSummary, LiveValue, ResultReader, ResultWriter, Slice
from .contract import PassTime, Run, StoreContract
from .given import LONG, Given, claim, success

ALL: Final = Slice()
BUDGET: Final = 1_000_000
"""Bytes: more than any of these answers has, unless it says so."""
EVERY_STATUS: Final = frozenset(Status)


class ListContract(StoreContract):
    """The lists of a `ResultReader`; see `ResultReaderContract`."""

    def test_values_come_in_the_order_of_their_keys(
        self, run: Run, reader: ResultReader, given: Given
    ) -> None:
        """In order of submission, whatever the order of completion and of expiry."""
        running = {n: given.running(n, ttl=(9 - n) * LONG) for n in range(5)}
        for n in (3, 0, 4, 2, 1):
            given.finished(running[n], value=b"%d" % n)

        values = run(reader.values("", "add", ALL, max_bytes=BUDGET))

        assert values == [LiveValue(running[n].key, b"%d" % n) for n in range(5)]

    def test_values_are_those_of_one_function(
        self, run: Run, reader: ResultReader, given: Given
    ) -> None:
        """Functions whose names begin alike are apart."""
        for number, function in enumerate(["add", "add_", "add_1", "Add", "ad"]):
            given.succeeded(number, function=function, value=b"%d" % number)

        values = run(reader.values("", "add", ALL, max_bytes=BUDGET))

        assert [value.value for value in values] == [b"0"]

    def test_unknown_function_has_no_values(self, run: Run, reader: ResultReader) -> None:
        """An empty list, not an error."""
        assert run(reader.values("", "add", ALL, max_bytes=BUDGET)) == []
        assert run(reader.records("", "add", ALL, EVERY_STATUS)) == []

    @pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled", "lost"])
    def test_what_has_no_value_is_not_among_the_values(
        self, run: Run, reader: ResultReader, given: Given, state: str
    ) -> None:
        """Nor does it make its function one with live values."""
        getattr(given, state)()

        assert run(reader.values("", "add", ALL, max_bytes=BUDGET)) == []
        assert run(reader.functions("")) == []

    def test_expired_values_are_in_no_answer(
        self, run: Run, reader: ResultReader, given: Given, pass_time: PassTime
    ) -> None:
        """Lives of different length in one list, the longest first."""
        for number in range(6):
            given.succeeded(number, ttl=LONG if number % 2 else 2 * self.tick)

        pass_time(3 * self.tick)

        odd = [given.address(number).key for number in (1, 3, 5)]
        values = run(reader.values("", "add", ALL, max_bytes=BUDGET))
        assert [value.key for value in values] == odd
        assert [r.key for r in run(reader.records("", "add", ALL, EVERY_STATUS))] == odd
        assert [summary.count for summary in run(reader.functions(""))] == [3]

    @pytest.mark.parametrize(
        ("part", "expected"),
        [
            (Slice(), [0, 1, 2, 3, 4]),
            (Slice(order="desc"), [4, 3, 2, 1, 0]),
            (Slice(limit=2), [0, 1]),
            (Slice(limit=2, order="desc"), [4, 3]),
            (Slice(limit=9), [0, 1, 2, 3, 4]),
            (Slice(after="1"), [2, 3, 4]),
            (Slice(after="1", order="desc"), [0]),
            (Slice(after="1", limit=1), [2]),
            (Slice(after="4"), []),
            (Slice(after="0", order="desc"), []),
            (Slice(after="7", order="desc", limit=2), [4, 3]),
        ],
    )
    @pytest.mark.parametrize("listing", ["values", "records"])
    def test_slices(
        self,
        run: Run,
        reader: ResultReader,
        given: Given,
        listing: str,
        part: Slice,
        expected: Sequence[int],
    ) -> None:
        """`after` and `limit` follow the order asked for; `after` need not name a live key."""
        for number in (2, 0, 3, 1, 4):
            given.succeeded(number)
        after = None if part.after is None else given.address(int(part.after)).key
        wanted = Slice(after=after, limit=part.limit, order=part.order)

        keys = run(_keys(reader, listing, wanted))

        assert keys == [given.address(number).key for number in expected]

    @pytest.mark.parametrize("listing", ["values", "records"])
    def test_expired_results_do_not_use_up_the_limit(
        self, run: Run, reader: ResultReader, given: Given, pass_time: PassTime, listing: str
    ) -> None:
        """A page is full as long as enough live results follow."""
        for number in range(6):
            given.succeeded(number, ttl=2 * self.tick if number < 3 else LONG)
        pass_time(3 * self.tick)

        keys = run(_keys(reader, listing, Slice(limit=2)))

        assert keys == [given.address(3).key, given.address(4).key]

    def test_long_list_is_complete_and_in_order(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """More values than a backend would fetch at once."""
        _store_many(writer, given, 1200)

        values = run(reader.values("", "add", ALL, max_bytes=BUDGET))

        assert [int(value.value) for value in values] == list(range(1200))

    def test_answer_may_fill_its_budget(self, run: Run, reader: ResultReader, given: Given) -> None:
        """The budget counts the bytes of the values alone."""
        given.succeeded(1, value=b"1234")
        given.succeeded(2, value=b'"\xc3\xbc"')

        assert len(run(reader.values("", "add", ALL, max_bytes=8))) == 2

    def test_answer_beyond_its_budget_is_an_error(
        self, run: Run, reader: ResultReader, given: Given
    ) -> None:
        """One byte too many, and nothing is cut off silently."""
        given.succeeded(1, value=b"1234")
        given.succeeded(2, value=b'"\xc3\xbc"')

        with pytest.raises(AnswerTooLarge):
            run(reader.values("", "add", ALL, max_bytes=7))

    def test_budget_counts_what_is_asked_for(
        self, run: Run, reader: ResultReader, given: Given
    ) -> None:
        """A page within the budget is served, however long the rest of the list is."""
        for number in range(3):
            given.succeeded(number, value=b"1234")

        values = run(reader.values("", "add", Slice(limit=1), max_bytes=4))

        assert [value.key for value in values] == [given.address(0).key]

    def test_records_come_in_the_order_of_their_keys(
        self, run: Run, reader: ResultReader, given: Given
    ) -> None:
        """Results of every kind and open tasks in one list."""
        stored = [
            given.failed(4),
            given.succeeded(1),
            given.queued(3),
            given.running(0),
            given.lost(2),
        ]

        listed = run(reader.records("", "add", ALL, EVERY_STATUS))

        assert listed == sorted(stored, key=lambda record: record.key)

    @pytest.mark.parametrize("status", list(Status))
    def test_records_can_be_asked_for_by_status(
        self, run: Run, reader: ResultReader, given: Given, status: Status
    ) -> None:
        """One record of every status is stored, one is wanted."""
        stored = {
            Status.QUEUED: given.queued(0),
            Status.RUNNING: given.running(1),
            Status.SUCCEEDED: given.succeeded(2),
            Status.FAILED: given.failed(3),
            Status.CANCELLED: given.cancelled(4),
            Status.LOST: given.lost(5),
        }

        assert run(reader.records("", "add", ALL, frozenset({status}))) == [stored[status]]

    def test_limit_counts_records_of_the_wanted_status(
        self, run: Run, reader: ResultReader, given: Given
    ) -> None:
        """Records of other statuses do not use it up."""
        for number in range(4):
            given.succeeded(number)
        failed = [given.failed(number) for number in (4, 5, 6)]

        listed = run(reader.records("", "add", Slice(limit=2), frozenset({Status.FAILED})))

        assert listed == failed[:2]

    def test_no_status_no_records(self, run: Run, reader: ResultReader, given: Given) -> None:
        """An empty set asks for nothing."""
        given.succeeded()

        assert run(reader.records("", "add", ALL, frozenset())) == []

    def test_functions_come_by_name(self, run: Run, reader: ResultReader, given: Given) -> None:
        """With the number of their live values."""
        for number, function in enumerate(["mul", "add", "mul", "Zeta"]):
            given.succeeded(number, function=function)
        given.failed(8, function="add")

        summaries = run(reader.functions(""))

        assert [(s.function, s.count) for s in summaries] == [("Zeta", 1), ("add", 1), ("mul", 2)]

    def test_newest_value_is_the_one_that_lives_longest(
        self, run: Run, reader: ResultReader, given: Given, pass_time: PassTime
    ) -> None:
        """With equal lives the last to complete, whatever was submitted last."""
        first, last = given.running(1), given.running(2)
        given.finished(last)
        pass_time(self.tick)
        given.finished(first)

        assert run(reader.functions("")) == [FunctionSummary("add", 2, first.key)]

    def test_function_without_live_values_is_not_listed(
        self, run: Run, reader: ResultReader, given: Given, pass_time: PassTime
    ) -> None:
        """It goes when its last value expires."""
        given.succeeded(ttl=self.tick)
        pass_time(2 * self.tick)

        assert run(reader.functions("")) == []


async def _keys(reader: ResultReader, listing: str, part: Slice) -> list[str]:
    if listing == "values":
        return [value.key for value in await reader.values("", "add", part, max_bytes=BUDGET)]
    return [record.key for record in await reader.records("", "add", part, EVERY_STATUS)]


def _store_many(writer: ResultWriter, given: Given, count: int) -> None:
    """Bring many tasks to success with three calls."""
    now = given.now
    queued = [given.record(number) for number in range(count)]
    running = [record.running(at=now, worker="worker-1") for record in queued]
    writer.store([opening(record, now=now) for record in queued])
    writer.store([claim(a, b, now=now) for a, b in zip(queued, running, strict=True)])
    writer.store([_finish(record, b"%d" % n, given) for n, record in enumerate(running)])


def _finish(record: Record, value: bytes, given: Given) -> Change:
    done = success(record, at=given.start, value=value)
    return transition(record, done, now=given.start, value=value)
