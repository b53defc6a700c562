"""A process is seen to die, and nobody waits for the lease of what it ran."""

from __future__ import annotations

import pytest

from fleeting.domain.burial import Cause
from fleeting.domain.errors import StoreUnavailable
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address
from fleeting.domain.task import Task
from fleeting.usecases.bury import BuryRun
from fleeting.usecases.execute import Claimed, Done

from .make import SECOND, Installation, Worker, fail_with


@pytest.fixture
def home() -> Installation:
    return Installation()


def claim(home: Installation, task: Task, pid: int = 7) -> Worker:
    """A process claims the task, and is not heard of again."""
    child = home.new_worker(f"host:{pid}")
    [claimed] = child.execute.claim([task])
    assert isinstance(claimed, Claimed)
    return child


def bury(home: Installation, task: Task, cause: Cause = "lost", pid: int = 7) -> bool:
    parent = home.worker
    seen = BuryRun(writer=parent.writer, guard=parent.guard, name_of="host:{}".format)
    return seen(Address("", task.key), pid, cause)


async def test_next_attempt_of_a_lost_run_begins_at_once_in_a_fresh_process(
    home: Installation,
) -> None:
    task = await home.submitted()
    claim(home, task)

    assert bury(home, task)

    assert home.new_worker("host:8").execute(task) == Done()
    record = await home.record(task)
    assert (record.status, record.attempt) == (Status.SUCCEEDED, 2)


async def test_late_result_of_a_run_that_was_buried_is_refused(home: Installation) -> None:
    task = await home.submitted()
    child = home.new_worker("host:7")
    [claimed] = child.execute.claim([task])
    assert isinstance(claimed, Claimed)
    ended = child.execute.perform(claimed)
    bury(home, task)
    home.new_worker("host:8").execute(task)

    child.execute.settle([ended])

    assert (await home.record(task)).attempt == 2


@pytest.mark.parametrize(
    ("cause", "status"), [("cancelled", Status.CANCELLED), ("timed_out", Status.FAILED)]
)
async def test_task_ends_whose_process_was_ended_for_it(
    home: Installation, cause: Cause, status: Status
) -> None:
    task = await home.submitted()
    claim(home, task)

    assert bury(home, task, cause)

    assert (await home.record(task)).status is status


async def test_run_of_another_process_goes_on(home: Installation) -> None:
    task = await home.submitted()
    claim(home, task)

    assert not bury(home, task, pid=77)

    [snapshot] = home.worker.writer.load([Address("", task.key)])
    assert snapshot.lease_left is not None


async def test_processes_that_are_lost_again_and_again_count_against_their_source(
    home: Installation,
) -> None:
    tasks = [await home.submitted(max_attempts=9) for _ in range(2)]
    for pid in range(3):
        for task in tasks:
            claim(home, task, pid)
        home.clock.advance(SECOND)
        assert all(bury(home, task, pid=pid) for task in tasks)

    outcomes = home.new_worker("host:8").execute.claim(tasks)

    assert outcomes == [Done(), Done()]
    assert [(await home.record(task)).status for task in tasks] == [Status.FAILED] * 2


async def test_store_that_is_away_is_the_callers_to_bear(home: Installation) -> None:
    task = await home.submitted()
    claim(home, task)
    home.worker.writer.before("load", fail_with(StoreUnavailable("away")))

    with pytest.raises(StoreUnavailable):
        bury(home, task)
