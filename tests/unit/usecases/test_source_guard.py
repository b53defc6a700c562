"""Workers that are lost over a source, and what becomes of its other tasks."""

from __future__ import annotations

import pytest

from fleeting.adapters.memory.quarantines import MemoryQuarantineRegister
from fleeting.adapters.memory.store import MemoryStore
from fleeting.domain.errors import SourceQuarantined, StoreDenied, StoreUnavailable
from fleeting.domain.limits import Limits
from fleeting.domain.quarantine import Loss
from fleeting.domain.result import Status
from fleeting.domain.task import Task
from fleeting.usecases.execute import Claimed, Done
from fleeting.usecases.source_guard import SourceGuard

from .make import LEASE, SECOND, SOURCE, Installation, Worker, a_request

OTHER = SOURCE + "# other\n"


class Fleet:
    """Workers one after the other, each of which dies over what it claims."""

    def __init__(self, home: Installation) -> None:
        self.home = home
        self._count = 0

    def worker(self) -> Worker:
        self._count += 1
        worker = self.home.new_worker(f"host:{self._count}")
        worker.serve_for_a_lease()
        return worker

    def lose(self, *tasks: Task) -> Worker:
        """A worker claims all of them, and is not heard of again."""
        worker = self.worker()
        assert all(isinstance(one, Claimed) for one in worker.execute.claim(tasks))
        return worker


@pytest.fixture
def home() -> Installation:
    return Installation()


@pytest.fixture
def fleet(home: Installation) -> Fleet:
    return Fleet(home)


async def in_quarantine(home: Installation, fleet: Fleet, **changes: object) -> Worker:
    """Lose three workers over one source; returns a healthy one that knows."""
    tasks = [await home.submitted(**changes) for _ in range(2)]
    for _ in range(3):
        fleet.lose(*tasks)
    worker = fleet.worker()
    worker.execute.claim(tasks)
    worker.guard.refresh()
    return worker


async def test_third_loss_in_a_row_puts_a_source_into_quarantine(
    home: Installation, fleet: Fleet
) -> None:
    tasks = [await home.submitted() for _ in range(2)]
    for _ in range(3):
        assert await home.quarantines.in_force() == []
        fleet.lose(*tasks)

    worker = fleet.worker()
    assert worker.execute.claim(tasks) == [Done(), Done()]

    [quarantine] = await home.quarantines.in_force()
    assert quarantine.source.digest == tasks[0].source_digest
    assert quarantine.losses == 3
    errors = [(await home.record(task)).error for task in tasks]
    assert [error and error.code for error in errors] == ["source_quarantined"] * 2


async def test_waiting_tasks_of_the_source_end_with_a_code_of_their_own(
    home: Installation, fleet: Fleet
) -> None:
    waiting = await home.submitted()
    worker = await in_quarantine(home, fleet)
    runs = len(worker.runner.requests)

    assert worker.execute(waiting) == Done()

    record = await home.record(waiting)
    assert record.status is Status.FAILED
    assert record.error is not None
    assert record.error.code == "source_quarantined"
    assert len(worker.runner.requests) == runs


async def test_last_attempt_that_is_lost_counts_too(home: Installation, fleet: Fleet) -> None:
    statuses = []
    for _ in range(3):
        task = await home.submitted(max_attempts=1)
        fleet.lose(task)
        assert fleet.worker().execute(task) == Done()
        statuses.append((await home.record(task)).status)

    assert statuses == [Status.LOST, Status.LOST, Status.FAILED]
    assert len(await home.quarantines.in_force()) == 1


async def test_worker_hears_of_a_quarantine_with_its_heartbeat(
    home: Installation, fleet: Fleet
) -> None:
    other = fleet.worker()
    waiting = [await home.submitted() for _ in range(2)]
    await in_quarantine(home, fleet)
    assert isinstance(other.execute.claim(waiting[:1])[0], Claimed)

    other.guard.refresh()

    assert other.execute.claim(waiting[1:]) == [Done()]


async def test_other_sources_and_namespaces_go_on(home: Installation, fleet: Fleet) -> None:
    worker = await in_quarantine(home, fleet)
    other = await home.submitted(source=OTHER)
    elsewhere = await home.submitted(namespace="team-a")

    worker.execute(other)
    worker.execute(elsewhere)

    assert (await home.record(other)).status is Status.SUCCEEDED
    assert (await home.record(elsewhere)).status is Status.SUCCEEDED


async def test_healthy_claims_cost_no_round_trip_more(home: Installation, fleet: Fleet) -> None:
    worker = await in_quarantine(home, fleet)
    task = await home.submitted(source=OTHER)
    await home.ran(source=OTHER)
    worker.execute(await home.submitted(source=OTHER))
    worker.writer.calls.clear()

    worker.execute.claim([task])

    assert worker.writer.calls == ["store"]


async def test_submission_of_the_source_is_refused_at_once(
    home: Installation, fleet: Fleet
) -> None:
    await in_quarantine(home, fleet)
    home.clock.advance(SECOND)

    with pytest.raises(SourceQuarantined, match="until"):
        await home.submit([a_request()])
    finding = await home.check(a_request())
    assert [one.code for one in finding.problems] == ["source_quarantined"]
    assert (await home.check(a_request(), namespace="team-a")).problems == ()
    await home.submit([a_request(source=OTHER)])


async def test_quarantine_ends_by_itself(home: Installation, fleet: Fleet) -> None:
    worker = await in_quarantine(home, fleet)
    waiting = await home.submitted(source=OTHER, function="add")

    home.clock.advance(home.limits.quarantine_time)
    again = await home.submitted()

    assert await home.quarantines.in_force() == []
    worker.execute(again)
    worker.execute(waiting)
    assert (await home.record(again)).status is Status.SUCCEEDED


async def test_lifted_quarantine_is_over(home: Installation, fleet: Fleet) -> None:
    worker = await in_quarantine(home, fleet)
    [quarantine] = await home.quarantines.in_force()

    await home.quarantines.lift([quarantine.source])
    home.clock.advance(SECOND)
    worker.guard.refresh()
    task = await home.submitted()

    worker.execute(task)
    assert (await home.record(task)).status is Status.SUCCEEDED


async def test_workers_that_are_told_to_stop_do_not_count(home: Installation, fleet: Fleet) -> None:
    tasks = [await home.submitted(max_attempts=9) for _ in range(2)]
    for _ in range(5):
        fleet.lose(*tasks).leases.release()

    assert isinstance(fleet.worker().execute.claim(tasks)[0], Claimed)
    assert await home.quarantines.in_force() == []


async def test_outages_of_the_store_do_not_count(home: Installation, fleet: Fleet) -> None:
    """Who lives through one renews its claims before anybody may take over."""
    tasks = [await home.submitted(max_attempts=9) for _ in range(2)]
    worker, watcher = fleet.lose(*tasks), fleet.worker()
    for _ in range(5):
        home.store.switch.turn_off(StoreUnavailable("away"))
        home.clock.advance(3 * LEASE)
        watcher.leases.beat()
        home.store.switch.turn_on()
        worker.leases.beat()
        watcher.serve_for_a_lease()
        worker.leases.beat()
        watcher.execute.claim(tasks)

    assert home.store.losses == {}


class DeafRegister(MemoryQuarantineRegister):
    def note(self, loss: Loss, **_: object) -> list[Loss]:
        raise StoreDenied(f"no right to note {loss.key}")


async def test_loss_that_cannot_be_noted_holds_nothing_up(
    home: Installation, fleet: Fleet, caplog: pytest.LogCaptureFixture
) -> None:
    task = await home.submitted()
    fleet.lose(task)
    worker = fleet.worker()
    worker.guard.__init__(DeafRegister(home.store), home.limits)  # type: ignore[misc]

    assert isinstance(worker.execute.claim([task])[0], Claimed)
    assert "is not counted" in caplog.text


@pytest.mark.parametrize(
    "guard",
    [
        SourceGuard(None, Limits()),
        SourceGuard(MemoryQuarantineRegister(MemoryStore()), Limits(quarantine_losses=0)),
    ],
    ids=["no register", "turned off"],
)
async def test_without_quarantine_nothing_is_known_or_noted(
    home: Installation, guard: SourceGuard
) -> None:
    task = await home.submitted()
    [claim] = home.worker.execute.claim([task])
    assert isinstance(claim, Claimed)
    home.clock.advance(2 * LEASE)

    guard.refresh()
    [snapshot] = home.worker.writer.load([claim.record.address])

    assert not guard.is_enough(snapshot)
    assert guard.quarantine_of(task) is None
