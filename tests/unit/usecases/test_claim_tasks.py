"""Several tasks at once: claimed without looking, settled together, given up unused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.domain.errors import StoreUnavailable
from fleeting.domain.result import Status, record_of
from fleeting.domain.result_key import Address
from fleeting.domain.task import Task
from fleeting.usecases.execute import Again, Claimed, Done, Ended

from .make import LEASE, RAISED, SECOND, Installation, a_report, fail_with, informed


@pytest.fixture
async def home() -> Installation:
    return await informed()


def claimed(home: Installation, *tasks: Task) -> list[Claimed]:
    found = home.worker.execute.claim(tasks)
    return [claim for claim in found if isinstance(claim, Claimed)]


async def test_record_is_what_the_message_says(home: Installation) -> None:
    """Which is what claiming without looking relies on."""
    options = {"labels": {"a": "b"}, "countdown_seconds": 3, "max_attempts": 2}
    task = await home.submitted(**options)

    assert await home.record(task) == record_of(task)


async def test_any_number_of_tasks_is_claimed_and_settled_in_a_round_trip_each(
    home: Installation,
) -> None:
    tasks = [await home.submitted(args=[n, 1]) for n in range(9)]

    claims = claimed(home, *tasks)
    ends = [home.worker.execute.perform(claim) for claim in claims]
    outcomes = home.worker.execute.settle(ends)

    assert home.worker.writer.calls == ["store", "store"]
    assert outcomes == 9 * [Done()]
    assert [(await home.record(t)).status for t in tasks] == 9 * [Status.SUCCEEDED]


async def test_cancelled_task_is_not_claimed_in_passing(home: Installation) -> None:
    task, other = await home.submitted(), await home.submitted()
    await home.cancel(Address("", task.key))

    outcomes = home.worker.execute.claim([task, other])

    assert outcomes[0] == Done()
    assert isinstance(outcomes[1], Claimed)
    assert (await home.record(task)).status is Status.CANCELLED


async def test_retried_task_is_claimed_on_the_second_look(home: Installation) -> None:
    task = await home.submitted(retry_on=["raised"], max_attempts=3)
    home.worker.runner.will(a_report(error=RAISED))
    assert isinstance(home.worker.execute(task), Again)

    [claim] = claimed(home, task)

    assert claim.record.attempt == 2


async def test_overdue_task_is_looked_at(home: Installation) -> None:
    task = await home.submitted()
    home.clock.advance(task.deadline - task.submitted_at + SECOND)
    home.worker.leases.beat()

    assert home.worker.execute.claim([task]) == [Done()]
    assert (await home.record(task)).status is Status.LOST


async def test_old_knowledge_of_the_time_is_not_relied_on(home: Installation) -> None:
    task = await home.submitted()
    home.clock.advance(timedelta(minutes=2))

    claimed(home, task)

    assert home.worker.writer.calls == ["load", "store"]


async def test_overdue_task_of_a_known_time_is_looked_at(home: Installation) -> None:
    task = await home.submitted()
    home.clock.advance(task.deadline - task.submitted_at + SECOND)
    await home.ran()
    home.worker.writer.calls.clear()

    assert home.worker.execute.claim([task]) == [Done()]
    assert home.worker.writer.calls == ["load", "store"]


async def test_what_was_given_up_can_be_claimed_and_has_lost_no_run(home: Installation) -> None:
    task = await home.submitted(max_attempts=1)

    assert home.worker.execute.give_up(claimed(home, task))

    record = await home.record(task)
    assert (record.status, record.runs) == (Status.QUEUED, 0)
    assert home.worker.execute(task) == Done()
    record = await home.record(task)
    assert (record.status, record.attempt, record.runs) == (Status.SUCCEEDED, 2, 1)


async def test_giving_up_does_not_wait_for_the_store(home: Installation) -> None:
    """The claim runs out instead."""
    task = await home.submitted()
    claims = claimed(home, task)
    home.worker.writer.before("store", fail_with(StoreUnavailable("the store is away")))

    assert not home.worker.execute.give_up(claims)

    home.worker.leases.beat()
    home.clock.advance(LEASE)
    assert (await home.record(task)).status is Status.RUNNING


async def test_giving_up_without_knowing_the_time_lets_the_claim_run_out(
    home: Installation,
) -> None:
    claims = claimed(home, await home.submitted())
    home.clock.advance(timedelta(minutes=2))

    assert not home.worker.execute.give_up(claims)


async def test_lease_is_kept_from_the_claim_until_it_is_settled(home: Installation) -> None:
    task = await home.submitted()
    [claim] = claimed(home, task)
    for _ in range(4):
        home.clock.advance(LEASE / 2)
        home.worker.leases.beat()

    end = home.worker.execute.perform(claim)

    assert home.worker.execute.settle([end]) == [Done()]
    assert (await home.record(task)).status is Status.SUCCEEDED


async def test_claimed_task_that_is_cancelled_is_not_run(home: Installation) -> None:
    task = await home.submitted()
    [claim] = claimed(home, task)
    runs = len(home.worker.runner.requests)
    home.worker.execute.cancel(Address("", task.key))

    home.worker.execute.settle([home.worker.execute.perform(claim)])

    assert len(home.worker.runner.requests) == runs
    assert (await home.record(task)).status is Status.CANCELLED


async def test_claimed_task_that_was_taken_over_is_not_run(home: Installation) -> None:
    [claim] = claimed(home, await home.submitted())
    claim.held.taken_over = True
    runs = len(home.worker.runner.requests)

    end = home.worker.execute.perform(claim)

    assert (end.change, len(home.worker.runner.requests)) == (None, runs)
    assert home.worker.execute.settle([end]) == [Done()]


async def test_abandoned_claim_is_kept_alive_no_longer(home: Installation) -> None:
    task = await home.submitted()
    [claim] = claimed(home, task)
    home.worker.execute.abandon(claim)
    home.worker.serve_for_a_lease()

    assert home.worker.execute(task) == Done()
    assert (await home.record(task)).attempt == 2


async def test_settling_twice_does_no_harm(home: Installation) -> None:
    """As when the answer for one of many could not be had."""
    [claim] = claimed(home, await home.submitted())
    end: Ended = home.worker.execute.perform(claim)

    assert home.worker.execute.settle([end]) == home.worker.execute.settle([end]) == [Done()]
