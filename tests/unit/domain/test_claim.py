from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fleeting.domain.change import Change, Snapshot, transition
from fleeting.domain.claim import Decision, Drop, End, Run, Wait, decide_claim
from fleeting.domain.result import Record, Status, record_of

from .make import ERROR, LEASE, NOW, SECOND, a_record, a_running_record, a_snapshot, a_task

LONG_AGO = -timedelta(hours=1)
FINAL = [status for status in Status if status.is_final]

D = TypeVar("D", Run, End, Wait)


def decide(snapshot: Snapshot, *, served: timedelta = LEASE, **options: object) -> Decision:
    return decide_claim(snapshot, a_task(**options), worker="me", lease=LEASE, served=served)


def decided(kind: type[D], snapshot: Snapshot, **options: object) -> D:
    decision = decide(snapshot, **options)
    assert isinstance(decision, kind)
    return decision


def test_queued_task_is_claimed() -> None:
    change = decided(Run, a_snapshot(a_record())).change

    assert change.record == a_record().running(at=NOW, worker="me")
    assert (change.expected, change.lease) == ("queued:0", LEASE)
    assert not change.only_if_stale
    assert change.value is None


def test_claimed_record_is_kept_as_long_as_before() -> None:
    change = decided(Run, a_snapshot(a_record(), at=NOW + SECOND)).change

    assert change.keep == a_record().keep_until - NOW - SECOND


def test_message_without_a_record_makes_its_own() -> None:
    change = decided(Run, a_snapshot(None)).change

    assert change.expected is None
    assert change.record == record_of(a_task()).running(at=NOW, worker="me")
    assert change.lease == LEASE
    assert not change.only_if_stale


@pytest.mark.parametrize("status", FINAL)
def test_ended_task_is_dropped(status: Status) -> None:
    assert decide(a_snapshot(a_record(status=status), cancel_requested=True)) == Drop()


def test_live_run_of_somebody_else_is_waited_for() -> None:
    snapshot = a_snapshot(a_running_record(), lease_left=4 * SECOND)

    assert decided(Wait, snapshot).delay == 4 * SECOND


def test_last_microsecond_of_a_lease_counts() -> None:
    left = timedelta(microseconds=1)

    assert decided(Wait, a_snapshot(a_running_record(), lease_left=left)).delay == left


@pytest.mark.parametrize("left", [None, timedelta(0), LONG_AGO])
def test_stale_run_is_taken_over_as_the_next_attempt(left: timedelta | None) -> None:
    change = decided(Run, a_snapshot(a_running_record(), lease_left=left)).change

    assert (change.record.attempt, change.record.worker) == (2, "me")
    assert (change.expected, change.lease) == ("running:1", LEASE)
    assert change.only_if_stale


def test_nobody_takes_over_until_the_store_has_served_for_a_whole_lease() -> None:
    """After an outage a stale lease proves nothing: nobody could send heartbeats."""
    snapshot = a_snapshot(a_running_record(), lease_left=LONG_AGO)

    assert decided(Wait, snapshot, served=timedelta(0)).delay == LEASE
    assert decided(Wait, snapshot, served=LEASE - SECOND).delay == SECOND
    assert decided(Run, snapshot, served=LEASE)


def test_claim_that_was_let_go_of_is_taken_over_at_once() -> None:
    """Whoever says that nobody runs it knows; there is nothing to wait for."""
    snapshot = a_snapshot(a_running_record(), lease_left=None)

    assert decided(Run, snapshot, served=timedelta(0)).change.record.attempt == 2


def test_longer_of_both_reasons_to_wait_counts() -> None:
    snapshot = a_snapshot(a_running_record(), lease_left=4 * SECOND)

    assert decided(Wait, snapshot, served=LEASE - 3 * SECOND).delay == 4 * SECOND
    assert decided(Wait, snapshot, served=LEASE - 5 * SECOND).delay == 5 * SECOND


def test_queued_task_needs_no_uninterrupted_service() -> None:
    assert decided(Run, a_snapshot(a_record()), served=timedelta(0))


@pytest.mark.parametrize("record", [a_record(), a_running_record()])
def test_task_to_be_cancelled_ends_before_it_runs(record: Record) -> None:
    change = decided(End, a_snapshot(record, cancel_requested=True)).change

    assert change.record.status is Status.CANCELLED
    assert change.record.error is not None
    assert change.record.error.code == "run_cancelled"
    assert change.record.error.message == "the task was cancelled on request"
    assert change.only_if_stale is (record.status is Status.RUNNING)
    assert change.lease is None
    assert change.keep == record.ttl


def test_live_run_is_left_to_its_worker_to_cancel() -> None:
    snapshot = a_snapshot(a_running_record(), lease_left=SECOND, cancel_requested=True)

    assert decided(Wait, snapshot)


@pytest.mark.parametrize("record", [a_record(), a_running_record()])
def test_overdue_task_ends_as_lost(record: Record) -> None:
    change = decided(End, a_snapshot(record, at=record.deadline + SECOND)).change

    assert change.record.status is Status.LOST
    assert change.record.finished_at == record.deadline + SECOND
    assert change.record.error is not None
    assert change.record.error.code == "task_lost"
    assert change.record.error.message == (
        "no worker brought the task to an end before its deadline: see whether workers are "
        "running, then submit it again"
    )


def test_overdue_message_without_a_record_ends_as_lost() -> None:
    """And its record lives long enough to be seen, however late the message came."""
    change = decided(End, a_snapshot(None, at=NOW + timedelta(days=9))).change

    assert (change.record.status, change.expected) == (Status.LOST, None)
    assert change.keep == change.record.ttl
    assert not change.only_if_stale


def test_cancellation_counts_more_than_the_deadline() -> None:
    record = a_record()
    snapshot = a_snapshot(record, at=record.deadline + SECOND, cancel_requested=True)

    assert decided(End, snapshot).change.record.status is Status.CANCELLED


def test_task_whose_last_attempt_vanished_is_lost() -> None:
    change = decided(End, a_snapshot(a_running_record(attempt=3))).change

    assert change.record.status is Status.LOST
    assert change.record.attempt == 3
    assert change.record.error is not None
    assert change.record.error.code == "task_lost"
    assert change.record.error.message == (
        "the worker was lost in attempt 3, the last one allowed: the script may be killing it; "
        "raise max_attempts to try more often"
    )
    assert change.only_if_stale


def test_last_attempt_is_still_run() -> None:
    assert decided(Run, a_snapshot(a_running_record(attempt=2))).change.record.attempt == 3


def test_task_that_is_not_to_be_repeated_is_lost_with_its_worker() -> None:
    change = decided(End, a_snapshot(a_running_record()), retry_on=["raised"]).change

    assert change.record.status is Status.LOST
    assert change.record.error is not None
    assert change.record.error.code == "task_lost"
    assert change.record.error.message == (
        "the worker was lost during the run, and retry_on does not name worker_lost: whether the "
        "script did its work is not known"
    )
    assert change.only_if_stale


def test_repeat_that_was_asked_for_needs_no_lost_worker() -> None:
    queued_again = a_running_record().queued(error=ERROR)

    assert decided(Run, a_snapshot(queued_again), retry_on=["raised"]).change.record.attempt == 2


ATTEMPTS = 3


@given(
    st.sampled_from([a_record(), a_running_record(), None]),
    st.none() | st.timedeltas(-LEASE, LEASE),
    st.timedeltas(timedelta(0), 2 * LEASE),
    st.booleans(),
)
def test_take_over_needs_a_stale_lease_and_a_whole_lease_of_service_or_a_word(
    record: Record | None, left: timedelta | None, served: timedelta, is_cancelled: bool
) -> None:
    snapshot = a_snapshot(record, lease_left=left, cancel_requested=is_cancelled)

    decision = decide(snapshot, served=served)

    if record is not None and record.status is Status.RUNNING:
        may_take_over = left is None or (left <= timedelta(0) and served >= LEASE)
        assert isinstance(decision, Wait) is not may_take_over
    if isinstance(decision, Wait):
        assert timedelta(0) < decision.delay <= LEASE


@dataclass
class Worker:
    """One worker as the store's clock sees it: the attempt it believes to hold, and its beats."""

    name: str
    up_since: datetime
    decision: Decision | None = None
    holds: Record | None = None


class Claims(RuleBasedStateMachine):
    """Workers that look, claim, beat, stall, crash and finish, around a store with outages.

    Each step of a worker is one round trip; between two steps anything may happen.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.task = replace(a_task(max_attempts=ATTEMPTS), deadline=NOW + timedelta(days=300))
        self.record: Record | None = None
        self.lease_until: datetime | None = None
        self.store_up_since = NOW
        self.workers = [Worker(name, NOW) for name in "abc"]
        self.runs = 0

    def snapshot(self) -> Snapshot:
        left = None if self.lease_until is None else self.lease_until - self.now
        return a_snapshot(self.record, at=self.now, lease_left=left)

    def swap(self, change: Change) -> bool:
        """The store's half: compares and writes, as `ResultWriter.store` promises."""
        stored = self.record.version if self.record else None
        is_live = self.lease_until is not None and self.lease_until > self.now
        if stored != change.expected or (change.only_if_stale and is_live):
            return False
        self.record = change.record
        self.lease_until = None if change.lease is None else self.now + change.lease
        return True

    @rule(seconds=st.sampled_from([0.1, 2.5, 5.0, 11.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(seconds=st.sampled_from([1.0, 30.0]))
    def store_is_away(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.store_up_since = self.now

    @rule(index=st.integers(0, 2))
    def crash(self, index: int) -> None:
        self.workers[index] = Worker(self.workers[index].name, self.now)

    @rule(index=st.integers(0, 2))
    def beat(self, index: int) -> None:
        """Renew the lease, or learn that it is no longer held."""
        worker = self.workers[index]
        if worker.holds is None:
            return
        if self.record is not None and self.record.version == worker.holds.version:
            self.lease_until = self.now + LEASE
        else:
            worker.holds = None

    @rule(index=st.integers(0, 2))
    def look(self, index: int) -> None:
        """A worker gets the message, which may come any number of times."""
        worker, snapshot = self.workers[index], self.snapshot()
        if worker.holds is not None:
            return
        served = self.now - max(self.store_up_since, worker.up_since)
        worker.decision = decide_claim(
            snapshot, self.task, worker=worker.name, lease=LEASE, served=served
        )
        is_take_over = self.record is not None and self.record.status is Status.RUNNING
        if is_take_over and not isinstance(worker.decision, Wait):
            assert snapshot.lease_left is None or served >= LEASE
            assert (snapshot.lease_left or timedelta(0)) <= timedelta(0)

    @rule(index=st.integers(0, 2))
    def act(self, index: int) -> None:
        """It does what it decided, unless the store holds something else by then."""
        worker = self.workers[index]
        decision, worker.decision = worker.decision, None
        lease_until = self.lease_until
        if isinstance(decision, Run | End) and self.swap(decision.change):
            assert lease_until is None or lease_until <= self.now, "no live run is disturbed"
            if isinstance(decision, Run):
                self.runs += 1
                worker.holds = self.record

    @rule(index=st.integers(0, 2), is_last=st.booleans())
    def finish(self, index: int, is_last: bool) -> None:
        """A run ends, with a failure that is final or one that is repeated."""
        worker = self.workers[index]
        held, worker.holds = worker.holds, None
        if held is None:
            return
        is_last = is_last or held.attempt >= held.max_attempts
        new = held.failed(at=self.now, error=ERROR) if is_last else held.queued(error=ERROR)
        before = self.record
        took_place = self.swap(transition(held, new, now=self.now))
        assert took_place == (before == held), "only the latest claim may write"

    @invariant()
    def at_most_one_claim_is_live(self) -> None:
        current = [w for w in self.workers if w.holds is not None and w.holds == self.record]
        assert len(current) <= 1

    @invariant()
    def runs_are_counted_and_bounded(self) -> None:
        assert self.runs == (self.record.attempt if self.record else 0) <= ATTEMPTS


TestClaims = Claims.TestCase
