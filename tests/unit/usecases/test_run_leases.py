from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.secrets import MemoryLeaseSource, MemorySecrets
from fleeting.domain.errors import SecretForbidden, SecretNotFound, SecretsUnavailable
from fleeting.ports.lease_source import Lease
from fleeting.usecases.run_leases import LONGEST, RunLeases

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ROLE = "database/creds/app"
AWAY = SecretsUnavailable("sealed")


class World:
    """A source of leases, a clock that the test moves, and the runs of a worker."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.secrets = MemorySecrets(self.clock.now)
        self.leases = RunLeases(MemoryLeaseSource(self.secrets), self.clock)
        self.secrets.offer(ROLE, duration=HOUR, max_age=24 * HOUR)
        self._runs: list[ExitStack] = []

    def begin(self, run_time: timedelta | None = MINUTE) -> ExitStack:
        """A run that goes on until it is closed."""
        run = ExitStack()
        run.enter_context(self.leases.lent(ROLE, run_time))
        self._runs.append(run)
        return run

    def pass_time(self, span: timedelta, *, tended: bool = True) -> None:
        """Second by second."""
        for _ in range(span // SECOND):
            self.clock.advance(SECOND)
            if tended:
                self.leases.tend()

    @property
    def live(self) -> int:
        return len(self.secrets.live_leases)


@pytest.fixture
def world() -> World:
    return World()


def test_a_lease_ends_soon_after_its_run_without_the_run_waiting_for_it(world: World) -> None:
    with world.begin():
        pass
    assert world.live == 1

    world.leases.tend()
    assert world.live == 0


def test_a_lease_ends_when_its_run_fails(world: World) -> None:
    with pytest.raises(ZeroDivisionError), world.begin():
        raise ZeroDivisionError

    world.leases.tend()
    assert world.live == 0


@pytest.mark.parametrize(
    ("run_time", "left"), [(MINUTE, 2 * MINUTE), (HOUR, LONGEST), (None, LONGEST)]
)
def test_the_lease_of_a_worker_that_dies_ends_by_itself(
    world: World, run_time: timedelta | None, left: timedelta
) -> None:
    world.begin(run_time)
    world.leases.tend()

    world.pass_time(left - SECOND, tended=False)
    assert world.live == 1
    world.pass_time(SECOND, tended=False)
    assert world.live == 0


def test_a_lease_lives_as_long_as_its_run(world: World) -> None:
    world.secrets.offer(ROLE, duration=MINUTE, max_age=24 * HOUR)
    run = world.begin(HOUR)

    world.pass_time(HOUR)

    assert world.live == 1
    run.close()
    world.leases.tend()
    assert world.live == 0


def test_a_lease_is_renewed_as_soon_as_its_source_is_back(world: World) -> None:
    world.secrets.offer(ROLE, duration=MINUTE, max_age=24 * HOUR)
    world.begin(HOUR)

    world.secrets.switch.turn_off(AWAY)
    world.pass_time(55 * SECOND)
    world.secrets.switch.turn_on()
    world.pass_time(10 * SECOND)

    assert world.live == 1


def test_a_lease_that_ended_while_its_source_was_away_is_left(world: World) -> None:
    world.secrets.offer(ROLE, duration=MINUTE, max_age=24 * HOUR)
    run = world.begin(HOUR)

    world.secrets.switch.turn_off(AWAY)
    world.pass_time(61 * SECOND)
    world.secrets.switch.turn_on()
    world.pass_time(HOUR)

    assert world.live == 0
    run.close()
    world.leases.tend()


def test_a_lease_that_may_not_be_renewed_is_said_so_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.begin(HOUR)

    world.secrets.switch.turn_off(SecretForbidden("no renewals here"))
    world.pass_time(HOUR)

    assert caplog.messages == [f"a lease of {ROLE} ends before its run: no renewals here"]


def test_a_lease_that_cannot_be_renewed_is_not(world: World) -> None:
    world.leases = RunLeases(_Fixed(world.secrets), world.clock)
    run = world.begin(HOUR)

    world.pass_time(30 * MINUTE)
    assert world.live == 1
    run.close()
    world.leases.tend()
    assert world.live == 0


def test_taking_back_is_tried_again(world: World) -> None:
    run = world.begin()
    world.secrets.switch.turn_off(AWAY)
    run.close()

    world.pass_time(6 * SECOND)
    world.secrets.switch.turn_on()
    assert world.live == 1
    world.pass_time(10 * SECOND)

    assert world.live == 0


def test_what_cannot_be_taken_back_is_left_to_end_after_half_a_minute(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    run = world.begin()
    world.secrets.switch.turn_off(AWAY)
    run.close()

    world.pass_time(30 * SECOND)

    assert caplog.messages == [f"a lease of {ROLE} is left to end by itself: sealed"]
    world.secrets.switch.turn_on()
    world.pass_time(MINUTE)
    assert world.live == 1


def test_a_run_that_ends_while_its_lease_is_renewed_gives_it_back_at_once(world: World) -> None:
    source = _Renewing(world.secrets)
    world.leases = RunLeases(source, world.clock)
    run = world.begin()
    source.while_renewing = run

    world.leases.tend()
    assert world.live == 1
    world.leases.tend()

    assert world.live == 0


def test_at_the_end_everything_is_taken_back(world: World) -> None:
    world.begin()
    world.begin().close()

    world.leases.close(SECOND)

    assert world.live == 0


def test_the_end_does_not_wait_for_a_source_that_is_away(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.leases = RunLeases(_Slow(world), world.clock)
    for _ in range(3):
        world.begin()

    with caplog.at_level(logging.WARNING):
        world.leases.close(2 * SECOND)

    assert caplog.messages[-1] == "1 lease(s) of runs are left to end by themselves"


def test_nothing_is_lent_that_is_not_offered(world: World) -> None:
    with pytest.raises(SecretNotFound), world.leases.lent("database/creds/other", MINUTE):
        pass


def test_waiting_ends_when_a_run_begins_or_ends_or_on_demand(world: World) -> None:
    run = world.begin()
    world.leases.wait()
    run.close()
    world.leases.wait()
    world.leases.tend()
    waiting = Thread(target=world.leases.wait)
    waiting.start()

    world.leases.wake()

    waiting.join(30)
    assert not waiting.is_alive()


def test_waiting_ends_when_something_is_due(world: World) -> None:
    world.begin()
    world.leases.wait()
    world.pass_time(HOUR, tended=False)

    world.leases.wait()


class _Fixed(MemoryLeaseSource):
    """Makes leases that cannot be renewed."""

    def issue(self, path: str) -> Lease:
        return replace(super().issue(path), renewable=False)


class _Renewing(MemoryLeaseSource):
    """Ends a run in the middle of a renewal."""

    while_renewing = ExitStack()

    def renew(self, lease_id: str, ttl: timedelta) -> timedelta:
        self.while_renewing.close()
        return super().renew(lease_id, ttl)


class _Slow(MemoryLeaseSource):
    """Takes a second to say that it is away."""

    def __init__(self, world: World) -> None:
        super().__init__(world.secrets)
        self._clock = world.clock

    def revoke(self, lease_id: str) -> None:
        self._clock.advance(SECOND)
        raise SecretsUnavailable("sealed")
