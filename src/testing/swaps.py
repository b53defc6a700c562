"""The part of the `ResultWriter` contract on reading and swapping records."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from threading import Event as Signal

import pytest

from ..domain.change import Change, Refused, Swapped, opening, transition
from ..domain.errors import StoreCorrupt
from ..domain.result import Status
from ..domain.result_key import Address
from ..ports.event_feed import EventFeed
from ..ports.result_store import ResultReader, ResultWriter
from .contract import PassTime, Run, StoreContract
from .given import Given, claim, success
from .listings import ALL, BUDGET, EVERY_STATUS


class SwapContract(StoreContract):
    """`load` and `store` of a `ResultWriter`; see `ResultWriterContract`."""

    def test_load_answers_in_the_order_asked_for(self, writer: ResultWriter, given: Given) -> None:
        """Also where some addresses hold nothing, and one is asked for twice."""
        second, first = given.queued(2), given.running(1)
        asked = [second.address, given.address(7), first.address, second.address]

        found = writer.load(asked)

        assert [s.address for s in found] == asked
        assert [s.record for s in found] == [second, None, first, second]

    def test_load_of_nothing_is_nothing(self, writer: ResultWriter) -> None:
        """No addresses, no snapshots."""
        assert writer.load([]) == []

    def test_nothing_is_a_snapshot_too(self, writer: ResultWriter, given: Given) -> None:
        """An address that holds nothing has the store's time and no more."""
        [found] = writer.load([given.address()])

        assert (found.record, found.lease_left, found.cancel_requested) == (None, None, False)

    def test_snapshots_carry_the_clock_of_the_store(
        self, given: Given, pass_time: PassTime
    ) -> None:
        """Aware UTC, and it moves on with the store's time."""
        before = given.now
        pass_time(self.tick)

        assert before.tzinfo is UTC
        assert given.now - before >= self.tick

    def test_load_returns_the_record_as_it_was_stored(
        self, writer: ResultWriter, given: Given
    ) -> None:
        """Every field, to the microsecond."""
        record = given.succeeded()

        [found] = writer.load([record.address])

        assert found.record == record

    def test_load_of_a_record_that_cannot_be_read_is_an_error(
        self, writer: ResultWriter, given: Given, corrupt: Callable[[Address], None]
    ) -> None:
        """Garbage is neither a record nor nothing."""
        record = given.queued()
        corrupt(record.address)

        with pytest.raises(StoreCorrupt):
            writer.load([record.address])

    def test_first_record_needs_an_empty_place(self, writer: ResultWriter, given: Given) -> None:
        """`expected=None` is refused where anything is stored."""
        record = given.running()

        [outcome] = writer.store([opening(given.record(), now=given.now)])

        assert isinstance(outcome, Refused)
        assert outcome.snapshot.record == record

    def test_change_of_what_is_not_there_is_refused(
        self, writer: ResultWriter, given: Given
    ) -> None:
        """An expected version needs a stored record, and none is made up."""
        absent = given.record()
        running = absent.running(at=given.now, worker="worker-1")

        [outcome] = writer.store([claim(absent, running, now=given.now)])

        assert isinstance(outcome, Refused)
        assert outcome.snapshot.record is None
        assert writer.load([absent.address])[0].record is None

    def test_swap_tells_the_time_of_the_store(self, writer: ResultWriter, given: Given) -> None:
        """`Swapped.at` is the moment of the change on the store's clock."""
        before = given.now

        [outcome] = writer.store([opening(given.record(), now=before)])

        assert isinstance(outcome, Swapped)
        assert before <= outcome.at <= given.now

    def test_refused_change_writes_nothing(
        self, run: Run, writer: ResultWriter, reader: ResultReader, feed: EventFeed, given: Given
    ) -> None:
        """No record, no value, no entry in a list, no announcement."""
        queued = given.queued()
        position = run(feed.latest(""))
        stale = queued.running(at=given.now, worker="stale")
        late = success(stale, at=given.now, value=b"666")

        [outcome] = writer.store([transition(stale, late, now=given.now, value=b"666")])

        assert isinstance(outcome, Refused)
        stored = run(reader.read(queued.address))
        assert stored is not None
        assert (stored.record, stored.value) == (queued, None)
        assert run(reader.values("", "add", ALL, max_bytes=BUDGET)) == []
        assert run(reader.records("", "add", ALL, EVERY_STATUS)) == [queued]
        assert run(feed.read("", position, wait=timedelta(0), limit=9)) == []

    def test_changes_are_independent_and_answered_in_order(
        self, writer: ResultWriter, given: Given
    ) -> None:
        """A refused change stops none of its neighbours."""
        there = given.queued(1)
        fresh = [given.record(0), there, given.record(2)]

        outcomes = writer.store([opening(record, now=given.now) for record in fresh])

        assert [type(outcome) for outcome in outcomes] == [Swapped, Refused, Swapped]
        found = writer.load([record.address for record in fresh])
        assert [s.record for s in found] == fresh

    def test_no_changes_is_no_work(self, writer: ResultWriter) -> None:
        """An empty sequence has an empty answer."""
        assert writer.store([]) == []

    def test_repeated_change_is_refused_with_its_outcome(
        self, writer: ResultWriter, given: Given
    ) -> None:
        """A caller whose answer was lost can see that the change had taken place."""
        queued = given.queued()
        running = queued.running(at=given.now, worker="worker-1")
        change = claim(queued, running, now=given.now)
        writer.store([change])

        [outcome] = writer.store([change])

        assert isinstance(outcome, Refused)
        assert outcome.snapshot.record == running
        assert outcome.snapshot.lease_left is not None

    def test_refusal_shows_the_time_of_the_store(self, writer: ResultWriter, given: Given) -> None:
        """The snapshot of a refusal is as good as one from `load`."""
        record = given.queued()
        before = given.now

        [outcome] = writer.store([opening(record, now=before)])

        assert isinstance(outcome, Refused)
        assert outcome.snapshot.address == record.address
        assert before <= outcome.snapshot.at <= given.now

    def test_one_of_many_claimants_wins(self, writer: ResultWriter, given: Given) -> None:
        """Compare and swap is atomic: eight threads claim at once, one gets the attempt."""
        queued, now = given.queued(), given.now
        claims = [
            claim(queued, queued.running(at=now, worker=f"worker-{n}"), now=now) for n in range(8)
        ]
        go = Signal()

        def attempt(change: Change) -> Swapped | Refused:
            go.wait()
            return writer.store([change])[0]

        with ThreadPoolExecutor(len(claims)) as pool:
            waiting = [pool.submit(attempt, change) for change in claims]
            go.set()
            outcomes = [future.result() for future in waiting]

        assert [type(outcome) for outcome in outcomes].count(Swapped) == 1
        winner = next(c for c, o in zip(claims, outcomes, strict=True) if isinstance(o, Swapped))
        assert writer.load([queued.address])[0].record == winner.record

    def test_two_changes_of_one_record_in_one_call_are_two_swaps(
        self, writer: ResultWriter, given: Given
    ) -> None:
        """One of them takes place, the other one meets its outcome."""
        change = opening(given.record(), now=given.now)

        outcomes = writer.store([change, change])

        assert {type(outcome) for outcome in outcomes} == {Swapped, Refused}

    def test_record_and_value_become_visible_together(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """No reader meets a succeeded record without its value, however it hits the moment."""
        running = [given.running(n) for n in range(20)]
        now = given.now
        changes = [
            transition(record, success(record, at=now, value=b"42"), now=now, value=b"42")
            for record in running
        ]

        def finish() -> None:
            for change in changes:
                writer.store([change])

        async def watch() -> None:
            for record in running:
                while True:
                    stored = await reader.read(record.address)
                    assert stored is not None
                    done = stored.record.status is Status.SUCCEEDED
                    assert stored.value == (b"42" if done else None)
                    if done:
                        break

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(finish)
            run(watch())
            writing.result()

    @pytest.mark.parametrize(
        "value", [b"null", b'{"a": [1.50,  2]}', '"ü\\u0000"'.encode(), b"1" * 70_000]
    )
    def test_value_is_kept_byte_for_byte(
        self, run: Run, reader: ResultReader, given: Given, value: bytes
    ) -> None:
        """The store neither reads nor rewrites the JSON."""
        record = given.succeeded(value=value)

        stored = run(reader.read(record.address))

        assert stored is not None
        assert stored.value == value
