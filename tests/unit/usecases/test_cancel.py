from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from fleeting.adapters.memory.task_records import MemoryTaskRecords
from fleeting.domain.change import Change, Refused, Swapped, transition
from fleeting.domain.errors import AlreadyFinished, ResultGone, StoreUnavailable
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address
from fleeting.domain.task import Task
from fleeting.usecases.cancel import CancelTask

from .make import Installation
from .test_execute import begin


@pytest.fixture
def home() -> Installation:
    return Installation()


def address_of(task: Task) -> Address:
    return Address(task.namespace, task.key)


async def test_queued_task_is_cancelled_at_once(home: Installation) -> None:
    task = await home.submitted()

    record = await home.cancel(address_of(task))

    assert record == await home.record(task)
    assert record.status is Status.CANCELLED
    assert record.error is not None
    assert record.error.code == "run_cancelled"
    assert record.finished_at == home.clock.now()


async def test_cancelled_task_is_not_run(home: Installation) -> None:
    task = await home.submitted()
    await home.cancel(address_of(task))

    home.worker.execute(task)

    assert home.worker.runner.requests == []


async def test_running_task_is_marked_for_its_worker(home: Installation) -> None:
    task = await home.submitted()
    begin(home, task)

    record = await home.cancel(address_of(task))

    assert (record.status, record.cancel_requested) == (Status.RUNNING, True)
    [snapshot] = home.worker.writer.load([address_of(task)])
    assert snapshot.cancel_requested


async def test_task_that_has_ended_cannot_be_cancelled(home: Installation) -> None:
    address = await home.ran()

    with pytest.raises(AlreadyFinished, match=f"{address.key} has already ended as succeeded"):
        await home.cancel(address)


async def test_task_that_is_gone_cannot_be_cancelled(home: Installation) -> None:
    address = await home.ran()
    home.clock.advance(timedelta(minutes=5))

    with pytest.raises(ResultGone, match=f"nothing is left of {address.key}"):
        await home.cancel(address)


async def test_task_of_another_namespace_looks_gone(home: Installation) -> None:
    task = await home.submitted(namespace="team")

    with pytest.raises(ResultGone):
        await home.cancel(Address("", task.key))


class OvertakenRecords(MemoryTaskRecords):
    """Somebody else acts between the look and the swap."""

    def __init__(self, home: Installation, act: Callable[[], object]) -> None:
        super().__init__(home.store)
        self._act = act

    async def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        self._act()
        return await super().store(changes)


async def test_task_that_is_claimed_in_between_is_marked(home: Installation) -> None:
    task = await home.submitted()
    queued = await home.record(task)

    def claim() -> None:
        """As a worker does that looked before the mark was set."""
        running = queued.running(at=home.clock.now(), worker="quick:1")
        home.worker.writer.store([transition(queued, running, now=home.clock.now())])

    record = await CancelTask(records=OvertakenRecords(home, claim))(address_of(task))

    assert (record.status, record.cancel_requested) == (Status.RUNNING, True)


async def test_task_that_a_worker_ends_because_of_the_mark_is_cancelled(
    home: Installation,
) -> None:
    task = await home.submitted()
    records = OvertakenRecords(home, lambda: home.worker.execute(task))

    record = await CancelTask(records=records)(address_of(task))

    assert record == await home.record(task)
    assert record.status is Status.CANCELLED


async def test_task_that_vanishes_in_between_is_gone(home: Installation) -> None:
    task = await home.submitted()
    records = OvertakenRecords(home, lambda: home.store.drop(address_of(task)))

    with pytest.raises(ResultGone):
        await CancelTask(records=records)(address_of(task))


async def test_store_that_is_away_is_said_so(home: Installation) -> None:
    task = await home.submitted()
    home.store.switch.turn_off(StoreUnavailable("away"))

    with pytest.raises(StoreUnavailable):
        await home.cancel(address_of(task))
