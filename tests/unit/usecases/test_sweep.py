from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from fleeting.adapters.memory.result_store import MemoryOpenTasks, MemoryResultWriter
from fleeting.domain.errors import StoreUnavailable
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address
from fleeting.usecases.sweep import SweepOverdue

from .make import SECOND, Installation, InterposedWriter
from .test_execute import begin

PATIENCE = timedelta(hours=24, minutes=3)
"""Of a task that asks for nothing: a day in the queue, and three runs of a minute."""


@pytest.fixture
def home() -> Installation:
    return Installation()


async def test_task_that_nobody_took_is_lost_after_its_deadline(home: Installation) -> None:
    task = await home.submitted()
    home.clock.advance(PATIENCE + SECOND)

    assert home.sweep() == 1

    record = await home.record(task)
    assert (record.status, record.finished_at) == (Status.LOST, home.clock.now())
    assert record.error is not None
    assert record.error.code == "task_lost"


async def test_task_whose_worker_vanished_is_lost_after_its_deadline(home: Installation) -> None:
    task = await home.submitted()
    begin(home, task)
    home.clock.advance(PATIENCE + SECOND)

    home.sweep()

    assert (await home.record(task)).status is Status.LOST


async def test_task_in_time_is_left_alone(home: Installation) -> None:
    task = await home.submitted()
    home.clock.advance(PATIENCE)

    assert home.sweep() == 0
    assert (await home.record(task)).status is Status.QUEUED


async def test_lost_task_is_lost_once(home: Installation) -> None:
    await home.submitted()
    home.clock.advance(PATIENCE + SECOND)

    assert [home.sweep(), home.sweep()] == [1, 0]


async def test_task_that_has_gone_meanwhile_is_taken_off_the_list(home: Installation) -> None:
    """Its record expired: nothing is left to be said."""
    await home.submitted()
    home.clock.advance(PATIENCE + timedelta(days=1))

    assert home.sweep() == 0
    assert MemoryOpenTasks(home.store).overdue(limit=9) == []


async def test_task_that_ends_while_it_is_swept_keeps_its_end(home: Installation) -> None:
    task = await home.submitted()
    home.clock.advance(PATIENCE + SECOND)
    writer = InterposedWriter(MemoryResultWriter(home.store))
    other = SweepOverdue(
        writer=MemoryResultWriter(home.store), open_tasks=MemoryOpenTasks(home.store)
    )
    writer.before("store", lambda: assert_one(other()))

    sweep = SweepOverdue(writer=writer, open_tasks=MemoryOpenTasks(home.store))

    assert sweep() == 0
    assert (await home.record(task)).status is Status.LOST


def assert_one(count: int) -> None:
    assert count == 1


async def test_record_that_cannot_be_read_holds_up_nobody(
    home: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = await home.submitted(), await home.submitted()
    home.store.corrupt(Address("", broken.key))
    home.clock.advance(PATIENCE + SECOND)

    with caplog.at_level(logging.ERROR):
        assert home.sweep() == 1

    assert (await home.record(sound)).status is Status.LOST
    assert MemoryOpenTasks(home.store).overdue(limit=9) == []
    assert f"an overdue task is left as it is: the record of {broken.key}" in caplog.text


def test_store_that_is_away_is_the_callers_business(home: Installation) -> None:
    home.store.switch.turn_off(StoreUnavailable("away"))

    with pytest.raises(StoreUnavailable):
        home.sweep()
