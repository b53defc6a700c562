"""Recording and queueing: in one step where one server keeps both, else one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from fleeting.domain.change import Change, Refused, Snapshot, Swapped, opening
from fleeting.domain.result import Record, record_of
from fleeting.domain.task import Task
from fleeting.ports.task_queue import Letter, TaskQueue
from fleeting.ports.task_records import TaskRecords
from fleeting.testing.task_queue import sample_task
from fleeting.usecases.bring_in import BringIn
from fleeting.usecases.plan import Plan


class Records:
    """Records each change; those that are there already are refused."""

    def __init__(self, *there: Record) -> None:
        self.stored: list[Change] = []
        self._there = {record.key: record for record in there}

    async def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        return [self._swap(change) for change in changes]

    def _swap(self, change: Change) -> Swapped | Refused:
        record, there = change.record, self._there.get(change.record.key)
        at = record.submitted_at
        if there is not None:
            return Refused(Snapshot(record.address, there, None, cancel_requested=False, at=at))
        self._there[record.key] = record
        self.stored.append(change)
        return Swapped(at)


class PostingRecords(Records):
    """The same, with a queue on their server."""

    def __init__(self, *there: Record) -> None:
        super().__init__(*there)
        self.posted: list[Letter] = []

    async def store_and_post(self, change: Change, letter: Letter) -> Swapped | Refused:
        told = self._swap(change)
        if isinstance(told, Swapped):
            self.posted.append(letter)
        return told


class Queue:
    """Keeps what is put in."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def put(self, tasks: Sequence[Task]) -> None:
        self.taken += [task.key for task in tasks]

    async def ping(self) -> None: ...


class LetterQueue(Queue):
    """The same; has letters for all tasks but delayed ones."""

    def letter(self, task: Task) -> Letter | None:
        return None if task.countdown else Letter("queue", ("message", task.key))


def a_plan(number: int = 0, *, countdown: timedelta = timedelta(0)) -> Plan:
    return Plan(sample_task(number, countdown=countdown), None)


async def bring_in(
    records: TaskRecords, queue: TaskQueue, *plans: Plan, is_one_server: bool = True
) -> None:
    now = plans[0].task.submitted_at
    await BringIn(records=records, queue=queue, is_one_server=is_one_server)(plans, now=now)


async def test_task_alone_is_recorded_and_posted_in_one_step() -> None:
    records, queue, plan = PostingRecords(), LetterQueue(), a_plan()

    await bring_in(records, queue, plan)

    assert records.posted == [Letter("queue", ("message", plan.task.key))]
    assert queue.taken == []
    assert records.stored == [opening(record_of(plan.task), now=plan.task.submitted_at)]


@pytest.mark.parametrize(
    ("records", "queue", "is_one_server"),
    [
        (PostingRecords(), LetterQueue(), False),
        (PostingRecords(), Queue(), True),
        (Records(), LetterQueue(), True),
    ],
    ids=["two servers", "a queue without letters", "records that cannot post"],
)
async def test_otherwise_it_is_recorded_then_queued(
    records: Records, queue: Queue, is_one_server: bool
) -> None:
    plan = a_plan()

    await bring_in(records, queue, plan, is_one_server=is_one_server)

    assert len(records.stored) == 1
    assert queue.taken == [plan.task.key]


async def test_delayed_task_is_recorded_then_queued() -> None:
    records, queue = PostingRecords(), LetterQueue()
    plan = a_plan(countdown=timedelta(seconds=1))

    await bring_in(records, queue, plan)

    assert (records.posted, queue.taken) == ([], [plan.task.key])


async def test_batch_is_recorded_then_queued() -> None:
    records, queue = PostingRecords(), LetterQueue()
    plans = [a_plan(number) for number in range(2)]

    await bring_in(records, queue, *plans)

    assert (records.posted, queue.taken) == ([], [plan.task.key for plan in plans])


async def test_repeat_gets_a_message_where_no_worker_has_seen_the_task() -> None:
    plan = replace(a_plan(), is_repeat=True)
    records, queue = PostingRecords(record_of(plan.task)), LetterQueue()

    await bring_in(records, queue, plan)

    assert (records.posted, queue.taken) == ([], [plan.task.key])


async def test_task_that_a_worker_has_gets_no_message() -> None:
    plan = a_plan()
    running = record_of(plan.task).running(at=plan.task.submitted_at, worker="host:1")
    records, queue = PostingRecords(running), LetterQueue()

    await bring_in(records, queue, plan)

    assert (records.posted, queue.taken) == ([], [])
