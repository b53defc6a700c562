from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.domain.change import Change, Hold, Swapped, opening, transition
from fleeting.domain.errors import StoreUnavailable
from fleeting.domain.result import Record
from fleeting.domain.result_key import ResultKey
from fleeting.usecases.leases import Held

from .make import LEASE, SECOND, Installation, fail_with

QUARTER = LEASE / 4


@pytest.fixture
def home() -> Installation:
    return Installation()


class Stop:
    """Counts how often a run was told to end."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def claimed(home: Installation, worker: str = "host:1", number: int = 0) -> Record:
    """A task that `worker` has claimed just now."""
    now = home.clock.now()
    record = Record(
        key=str(ResultKey.make("add", now, f"{number:016x}")),
        function="add",
        source_digest="d" * 64,
        max_attempts=9,
        submitted_at=now,
        deadline=now + timedelta(hours=1),
        ttl=timedelta(minutes=5),
    )
    swap(home, opening(record, now=now))
    return claim(home, record, worker)


def claim(home: Installation, record: Record, worker: str) -> Record:
    now = home.clock.now()
    running = record.running(at=now, worker=worker)
    change = transition(record, running, now=now)
    swap(home, Change(record=running, expected=change.expected, lease=LEASE, keep=change.keep))
    return running


def swap(home: Installation, change: Change) -> None:
    [outcome] = home.worker.writer.store([change])
    assert isinstance(outcome, Swapped)


def hold_of(record: Record) -> Hold:
    return Hold(record.address, record.version)


def lease_left(home: Installation, record: Record) -> timedelta:
    [snapshot] = home.worker.writer.load([record.address])
    assert snapshot.lease_left is not None
    return snapshot.lease_left


def test_heartbeat_renews_every_hold_in_one_round_trip(home: Installation) -> None:
    one, other = claimed(home, number=1), claimed(home, number=2)
    leases = home.worker.leases

    with leases.hold(hold_of(one), Stop()), leases.hold(hold_of(other), Stop()):
        home.clock.advance(9 * SECOND)
        assert leases.beat()

    assert lease_left(home, one) == lease_left(home, other) == LEASE
    assert home.worker.writer.calls.count("renew") == 1


@pytest.mark.parametrize("error", [None, ZeroDivisionError])
def test_hold_is_renewed_no_more_after_its_block(
    home: Installation, error: type[Exception] | None
) -> None:
    record, leases = claimed(home), home.worker.leases

    try:
        with leases.hold(hold_of(record), Stop()):
            if error:
                raise error
    except ZeroDivisionError:
        pass
    home.clock.advance(9 * SECOND)
    leases.beat()

    assert lease_left(home, record) == SECOND


def test_run_that_goes_well_is_not_stopped(home: Installation) -> None:
    record, stop = claimed(home), Stop()

    with home.worker.leases.hold(hold_of(record), stop) as held:
        home.worker.serve_for_a_lease()

    assert (held.cancelled, held.taken_over, stop.times) == (False, False, 0)


def test_cancellation_stops_the_run_and_tells_it_why(home: Installation) -> None:
    record, stop = claimed(home), Stop()

    with home.worker.leases.hold(hold_of(record), stop) as held:
        home.worker.leases.cancel(record.address)

    assert (held.cancelled, held.taken_over, stop.times) == (True, False, 1)


def test_cancellation_of_another_task_is_not_for_this_run(home: Installation) -> None:
    record, other, stop = claimed(home, number=1), claimed(home, number=2), Stop()

    with home.worker.leases.hold(hold_of(record), stop) as held:
        home.worker.leases.cancel(other.address)

    assert (held.cancelled, stop.times) == (False, 0)


async def test_heartbeat_brings_back_a_cancellation_whose_signal_was_missed(
    home: Installation,
) -> None:
    record, stop = claimed(home), Stop()
    await home.records.request_cancel(record.address)

    with home.worker.leases.hold(hold_of(record), stop) as held:
        home.worker.leases.beat()

    assert (held.cancelled, held.taken_over, stop.times) == (True, False, 1)


def test_run_that_was_taken_over_is_stopped_and_told_why(home: Installation) -> None:
    record, stop = claimed(home), Stop()

    with home.worker.leases.hold(hold_of(record), stop) as held:
        home.clock.advance(LEASE)
        claim(home, record, "host:2")
        home.worker.leases.beat()

    assert (held.cancelled, held.taken_over, stop.times) == (False, True, 1)


def test_operator_hears_once_of_a_run_that_was_taken_over(
    home: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """Though it may take several heartbeats to end."""
    record, stop = claimed(home), Stop()

    with home.worker.leases.hold(hold_of(record), stop):
        home.clock.advance(LEASE)
        claim(home, record, "host:2")
        home.worker.leases.beat()
        home.worker.leases.beat()

    assert caplog.messages == [f"{record.key} was taken over: its run here is ended"]


def test_two_attempts_of_one_task_in_one_process_are_kept_apart(home: Installation) -> None:
    """A process that stood still may take over its own run: the old one must end, the new go on."""
    first, old, new = claimed(home), Stop(), Stop()
    leases = home.worker.leases

    with leases.hold(hold_of(first), old) as former:
        home.clock.advance(LEASE)
        second = claim(home, first, "host:1")
        with leases.hold(hold_of(second), new) as latter:
            leases.beat()
            home.clock.advance(SECOND)

    assert (former.taken_over, old.times) == (True, 1)
    assert (latter.taken_over, new.times) == (False, 0)
    assert lease_left(home, second) == LEASE - SECOND


def test_old_attempt_that_ends_does_not_end_the_renewal_of_the_new_one(
    home: Installation,
) -> None:
    first, leases = claimed(home), home.worker.leases
    former = leases.hold(hold_of(first), Stop())
    former.__enter__()
    home.clock.advance(LEASE)
    second = claim(home, first, "host:1")

    with leases.hold(hold_of(second), Stop()):
        former.__exit__(None, None, None)
        home.clock.advance(9 * SECOND)
        leases.beat()

    assert lease_left(home, second) == LEASE


def test_run_that_ends_during_a_heartbeat_is_left_alone(home: Installation) -> None:
    record, stop, leases = claimed(home), Stop(), home.worker.leases
    block = leases.hold(hold_of(record), stop)
    held: Held = block.__enter__()
    now = home.clock.now()
    ended = record.succeeded(
        at=now, value_bytes=1, run_time=SECOND, isolation=home.worker.runner.isolation, output=""
    )
    swap(home, transition(record, ended, now=now))
    home.worker.writer.after("renew", lambda: block.__exit__(None, None, None))

    leases.beat()

    assert (held.taken_over, stop.times) == (False, 0)


def test_nothing_is_known_of_a_store_before_its_first_answer(home: Installation) -> None:
    home.clock.advance(LEASE)

    assert home.worker.leases.served == timedelta(0)


def test_service_is_counted_from_the_first_answer_to_the_last(home: Installation) -> None:
    home.clock.advance(LEASE)

    home.worker.serve_for_a_lease()
    assert home.worker.leases.served == LEASE

    home.clock.advance(SECOND)
    assert home.worker.leases.served == LEASE


def test_idle_worker_asks_for_a_sign_of_life_too(home: Installation) -> None:
    assert home.worker.leases.beat()
    assert home.worker.writer.calls == ["renew"]


def test_service_is_broken_by_a_heartbeat_that_fails(home: Installation) -> None:
    home.worker.serve_for_a_lease()
    home.worker.writer.before("renew", fail_with(StoreUnavailable("away")))

    assert not home.worker.leases.beat()
    assert home.worker.leases.served == timedelta(0)

    home.worker.leases.beat()
    home.clock.advance(QUARTER)
    home.worker.leases.beat()
    assert home.worker.leases.served == QUARTER


def test_service_is_broken_by_an_answer_that_was_long_in_coming(home: Installation) -> None:
    """A store that stood still raises nothing; all leases may have run out meanwhile."""
    home.worker.serve_for_a_lease()
    home.worker.writer.before("renew", lambda: home.clock.advance(LEASE / 2 + SECOND))

    assert home.worker.leases.beat()

    assert home.worker.leases.served == timedelta(0)


def test_service_is_broken_while_an_answer_is_long_in_coming(home: Installation) -> None:
    """Another thread asks while the heartbeat still waits."""
    home.worker.serve_for_a_lease()

    home.clock.advance(LEASE / 2)
    assert home.worker.leases.served == LEASE

    home.clock.advance(timedelta(microseconds=1))
    assert home.worker.leases.served == timedelta(0)


def test_one_missed_heartbeat_breaks_no_service(home: Installation) -> None:
    home.worker.serve_for_a_lease()
    home.clock.advance(LEASE / 2)

    home.worker.leases.beat()

    assert home.worker.leases.served == LEASE * 1.5


def test_lease_is_the_one_it_was_made_with(home: Installation) -> None:
    assert home.worker.leases.lease == LEASE


def test_stopping_worker_lets_go_of_all_its_claims(home: Installation) -> None:
    """Others need not wait for the end of the lease."""
    record, leases = claimed(home), home.worker.leases

    with leases.hold(hold_of(record), Stop()) as held:
        leases.release()
        leases.beat()

    assert held.taken_over
    [snapshot] = home.worker.writer.load([record.address])
    assert (snapshot.record, snapshot.lease_left) == (record, None)


def test_worker_without_claims_lets_go_of_nothing(home: Installation) -> None:
    home.worker.leases.release()

    assert home.worker.writer.calls == []
