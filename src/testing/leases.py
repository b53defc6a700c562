"""The part of the `ResultWriter` contract on claims: leases, take-overs, fencing, cancel marks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ..domain.change import Hold, Refused, Renewal, Swapped, opening, transition
from ..ports.event_feed import EventFeed
from ..ports.result_store import ResultReader, ResultWriter
from ..ports.task_records import TaskRecords
from .contract import PassTime, Run, StoreContract
from .given import LONG, Given, blind_claim, claim, hold, success


class LeaseContract(StoreContract):
    """Leases and `renew` of a `ResultWriter`; see `ResultWriterContract`."""

    def test_lease_runs_from_the_swap(
        self, writer: ResultWriter, given: Given, pass_time: PassTime
    ) -> None:
        """And it runs down with the store's clock."""
        record = given.running(lease=LONG)
        [fresh] = writer.load([record.address])
        pass_time(self.tick)
        [later] = writer.load([record.address])

        assert fresh.lease_left is not None
        assert later.lease_left is not None
        assert LONG - self.tick < fresh.lease_left <= LONG
        assert later.lease_left <= LONG - self.tick

    def test_queued_record_has_no_lease(self, writer: ResultWriter, given: Given) -> None:
        """Nobody holds what nobody has claimed."""
        [found] = writer.load([given.queued().address])

        assert found.lease_left is None

    def test_lease_ends_with_the_attempt(self, writer: ResultWriter, given: Given) -> None:
        """A change without a lease leaves none behind."""
        running = given.running()
        again = given.ended(running, running.queued())

        [found] = writer.load([again.address])

        assert found.lease_left is None

    def test_lease_that_has_run_out_is_negative(
        self, writer: ResultWriter, given: Given, pass_time: PassTime
    ) -> None:
        """No reader takes a stale claim for a valid one, or for one that was let go of."""
        record = given.running(lease=self.tick)
        pass_time(2 * self.tick)

        [found] = writer.load([record.address])

        assert found.lease_left is not None
        assert found.lease_left < timedelta(0)

    def test_claim_made_without_looking_heeds_the_cancel_mark(
        self, run: Run, writer: ResultWriter, records: TaskRecords, given: Given
    ) -> None:
        """`unless_cancelled` refuses where the task shall end, and the snapshot says why."""
        marked, other = given.queued(1), given.queued(2)
        run(records.request_cancel(marked.address))

        outcomes = writer.store([blind_claim(record, now=given.now) for record in (marked, other)])

        assert [type(outcome) for outcome in outcomes] == [Refused, Swapped]
        assert isinstance(outcomes[0], Refused)
        assert outcomes[0].snapshot.cancel_requested
        assert outcomes[0].snapshot.record == marked

    def test_take_over_of_a_valid_lease_is_refused(
        self, writer: ResultWriter, given: Given
    ) -> None:
        """`only_if_stale` protects the worker that is still alive; nothing is written."""
        running = given.running()
        taken = running.running(at=given.now, worker="worker-2")

        [outcome] = writer.store([claim(running, taken, now=given.now)])

        assert isinstance(outcome, Refused)
        assert outcome.snapshot.record == running
        assert outcome.snapshot.lease_left is not None
        assert writer.load([running.address])[0].record == running

    def test_stale_lease_is_taken_over(
        self, writer: ResultWriter, given: Given, pass_time: PassTime
    ) -> None:
        """The next attempt begins with a lease of its own."""
        running = given.running(lease=self.tick)
        pass_time(2 * self.tick)
        taken = running.running(at=given.now, worker="worker-2")

        [outcome] = writer.store([claim(running, taken, now=given.now)])

        assert isinstance(outcome, Swapped)
        [found] = writer.load([running.address])
        assert found.record == taken
        assert found.lease_left is not None
        assert found.lease_left > timedelta(0)

    def test_attempt_may_end_although_its_lease_is_valid(
        self, writer: ResultWriter, given: Given
    ) -> None:
        """Without `only_if_stale` the version alone decides: this is how a run ends."""
        running = given.running()
        done = success(running, at=given.now)

        [outcome] = writer.store([transition(running, done, now=given.now, value=b"1")])

        assert isinstance(outcome, Swapped)

    def test_attempt_may_end_although_its_lease_has_run_out(
        self, writer: ResultWriter, given: Given, pass_time: PassTime
    ) -> None:
        """As long as nobody has taken over, a late result is welcome."""
        running = given.running(lease=self.tick)
        pass_time(2 * self.tick)
        done = success(running, at=given.now)

        [outcome] = writer.store([transition(running, done, now=given.now, value=b"1")])

        assert isinstance(outcome, Swapped)

    def test_stale_claimant_is_fenced_off(
        self,
        run: Run,
        writer: ResultWriter,
        reader: ResultReader,
        given: Given,
        pass_time: PassTime,
    ) -> None:
        """After a take-over the former claimant's result is refused and leaves no trace."""
        first = given.running(lease=self.tick)
        pass_time(2 * self.tick)
        second = given.claimed(first)
        late = success(first, at=given.now, value=b"666")

        [outcome] = writer.store([transition(first, late, now=given.now, value=b"666")])

        assert isinstance(outcome, Refused)
        stored = run(reader.read(first.address))
        assert stored is not None
        assert (stored.record, stored.value) == (second, None)

    def test_lease_of_zero_lets_go(self, writer: ResultWriter, given: Given) -> None:
        """Somebody else may take over at once, and sees that nobody was lost."""
        record = given.running(lease=LONG)

        [renewal] = writer.renew([hold(record)], timedelta(0))

        assert renewal.is_held
        [found] = writer.load([record.address])
        assert (found.record, found.lease_left) == (record, None)
        taken = record.running(at=given.now, worker="worker-2")
        assert isinstance(writer.store([claim(record, taken, now=given.now)])[0], Swapped)

    def test_renewal_counts_from_the_present(
        self, writer: ResultWriter, given: Given, pass_time: PassTime
    ) -> None:
        """A heartbeat sets the lease; it does not add to what was left."""
        record = given.running(lease=LONG)
        pass_time(self.tick)

        [renewal] = writer.renew([hold(record)], 2 * LONG)

        assert renewal == Renewal(hold(record), is_held=True, cancel_requested=False)
        [found] = writer.load([record.address])
        assert found.lease_left is not None
        assert 2 * LONG - self.tick < found.lease_left <= 2 * LONG

    def test_renewed_lease_outlives_the_first_one(
        self, writer: ResultWriter, given: Given, pass_time: PassTime
    ) -> None:
        """Heartbeats keep others from taking over."""
        running = given.running(lease=2 * self.tick)
        writer.renew([hold(running)], LONG)
        pass_time(3 * self.tick)
        taken = running.running(at=given.now, worker="worker-2")

        [outcome] = writer.store([claim(running, taken, now=given.now)])

        assert isinstance(outcome, Refused)

    def test_lease_that_nobody_took_over_can_be_renewed(
        self, writer: ResultWriter, given: Given, pass_time: PassTime
    ) -> None:
        """A late heartbeat of the stored attempt still holds."""
        record = given.running(lease=self.tick)
        pass_time(2 * self.tick)

        [renewal] = writer.renew([hold(record)], LONG)

        assert renewal.is_held
        lease_left = writer.load([record.address])[0].lease_left
        assert lease_left is not None
        assert lease_left > timedelta(0)

    def test_renewal_of_a_former_attempt_is_not_held(
        self, writer: ResultWriter, given: Given, pass_time: PassTime
    ) -> None:
        """And the lease of the attempt that took over is left alone."""
        first = given.running(lease=self.tick)
        pass_time(2 * self.tick)
        given.claimed(first, lease=LONG)

        [renewal] = writer.renew([hold(first)], 9 * LONG)

        assert not renewal.is_held
        lease_left = writer.load([first.address])[0].lease_left
        assert lease_left is not None
        assert lease_left <= LONG

    @pytest.mark.parametrize("end", ["succeeded", "failed", "cancelled"])
    def test_ended_attempt_is_not_held(self, writer: ResultWriter, given: Given, end: str) -> None:
        """Nor does a heartbeat give a lease to what has ended."""
        record = getattr(given, end)()
        running = Hold(record.address, f"running:{record.attempt}")

        [renewal] = writer.renew([running], LONG)

        assert not renewal.is_held
        assert writer.load([record.address])[0].lease_left is None

    def test_renewal_of_what_is_gone_is_not_held(self, writer: ResultWriter, given: Given) -> None:
        """A hold on nothing creates nothing."""
        nothing = given.record().running(at=given.now, worker="worker-1")

        [renewal] = writer.renew([hold(nothing)], LONG)

        assert renewal == Renewal(hold(nothing), is_held=False, cancel_requested=False)
        assert writer.load([nothing.address])[0].record is None

    def test_renewals_are_answered_in_order(self, writer: ResultWriter, given: Given) -> None:
        """One answer for each hold; what is not held stops no other renewal."""
        holds = [
            hold(given.running(2)),
            Hold(given.address(7), "running:1"),
            hold(given.running(1)),
        ]

        renewals = writer.renew(holds, LONG)

        assert [r.hold for r in renewals] == holds
        assert [r.is_held for r in renewals] == [True, False, True]

    def test_renewal_of_nothing_is_an_empty_answer(self, writer: ResultWriter) -> None:
        """With no holds it still asks, and the answer is empty."""
        assert writer.renew([], LONG) == []

    def test_renewal_is_not_announced(
        self, run: Run, writer: ResultWriter, feed: EventFeed, given: Given
    ) -> None:
        """Heartbeats are no news."""
        record = given.running()
        position = run(feed.latest(""))

        writer.renew([hold(record)], LONG)

        assert run(feed.read("", position, wait=timedelta(0), limit=9)) == []

    def test_renewal_does_not_prolong_the_record(
        self, writer: ResultWriter, given: Given, pass_time: PassTime
    ) -> None:
        """A lease is no life: an open record still ends `keep` after its last change."""
        record = given.running(patience=self.tick, ttl=2 * self.tick)
        writer.renew([hold(record)], LONG)

        pass_time(4 * self.tick)

        assert writer.load([record.address])[0].record is None

    def test_heartbeat_brings_back_the_cancel_mark(
        self, run: Run, writer: ResultWriter, records: TaskRecords, given: Given
    ) -> None:
        """A worker that missed the signal learns of it from its next heartbeat."""
        marked, other = given.running(1), given.running(2)
        run(records.request_cancel(marked.address))

        renewals = writer.renew([hold(marked), hold(other)], LONG)

        assert [(r.is_held, r.cancel_requested) for r in renewals] == [(True, True), (True, False)]

    def test_cancel_mark_survives_claims_and_retries(
        self, run: Run, writer: ResultWriter, records: TaskRecords, given: Given
    ) -> None:
        """A mark set while the task was queued is there in every later attempt."""
        queued = given.queued()
        run(records.request_cancel(queued.address))

        running = given.claimed(queued)
        [claimed] = writer.load([running.address])
        again = given.ended(running, running.queued())
        [requeued] = writer.load([again.address])

        assert claimed.cancel_requested
        assert requeued.cancel_requested

    def test_refusal_shows_the_cancel_mark(
        self, run: Run, writer: ResultWriter, records: TaskRecords, given: Given
    ) -> None:
        """The snapshot of a refusal holds the mark, as `load` would."""
        queued = given.queued()
        run(records.request_cancel(queued.address))

        [outcome] = writer.store([opening(given.record(), now=given.now)])

        assert isinstance(outcome, Refused)
        assert outcome.snapshot.cancel_requested
