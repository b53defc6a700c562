"""What every `TaskQueue` must do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from pydantic import JsonValue

from ..domain.backlog import Backlog
from ..domain.errors import QueueDenied, QueueUnavailable
from ..domain.isolation import Isolation
from ..domain.limits import MIB, Limits
from ..domain.message import decode
from ..domain.result_key import ResultKey
from ..domain.task import Task
from ..ports.task_queue import SupportsBacklog, TaskQueue
from .contract import Contract, PassTime, Run, optional
from .source_store import SOURCE, digest_of

Deliveries = Callable[[int], Sequence[Mapping[str, object]]]

_SUBMITTED: Final = datetime(2026, 1, 1, tzinfo=UTC)

PAYLOADS: Final[dict[str, list[JsonValue]]] = {
    "none": [],
    "numbers": [0, -1, 2**53, 1.5, True, None],
    "texts": ["", "ü🙂", "\u0000\u2028", "'\"\\"],
    "nested": [{"rows": [[1, 2], {"a": {"b": None}}]}],
    "long": ["x" * 200_000],
}
"""Parameters that a careless queue changes."""


def sample_task(number: int = 0, *, countdown: timedelta = timedelta(0)) -> Task:
    """A task with every option set; `number` tells it from others."""
    at = _SUBMITTED + number * timedelta(seconds=1)
    return Task(
        key=str(ResultKey.make("add", at, f"{number:016x}")),
        namespace="team-a",
        function="add",
        source=SOURCE,
        source_digest=digest_of(SOURCE),
        args=[number],
        kwargs={"b": [1, {"c": "ü"}]},
        submitted_at=at,
        deadline=at + timedelta(hours=1),
        timeout=timedelta(seconds=7),
        ttl=timedelta(seconds=90),
        max_attempts=2,
        retry_on=("worker_lost", "raised"),
        isolation=Isolation.PROCESS,
        memory_bytes=64 * MIB,
        countdown=countdown,
        labels={"team": "blue"},
    )


def _read(messages: Sequence[Mapping[str, object]]) -> list[Task]:
    return [decode(message, limits=Limits()) for message in messages]


def _sourceless(task: Task) -> Task:
    """The task as it counts: whether its source travels along is the queue's affair."""
    return replace(task, source=None)


async def _ping(queue: TaskQueue) -> None:
    await queue.ping()


async def _put(queue: TaskQueue, tasks: Sequence[Task]) -> None:
    await queue.put(tasks)


class TaskQueueContract(Contract):
    """The contract of `ports.task_queue.TaskQueue`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        queue: a `TaskQueue`.
        deliveries: `deliveries(count)` waits until `count` messages that were not returned yet
            are due for workers, and returns all of those, each as the keyword arguments of
            `fleeting.run` (what `domain.message.decode` reads). If they do not come within the
            time that the fixture allows, it returns what there is.
        pass_time: a `Callable[[timedelta], None]` that returns once that much time has passed
            on the queue's clock: by waiting, or by moving the clock.
        broken: a `TaskQueue` whose backend cannot be reached.
        denied (optional): a `TaskQueue` whose credentials are refused.
    """

    def test_task_arrives_as_it_was_put(
        self, run: Run, queue: TaskQueue, deliveries: Deliveries
    ) -> None:
        """Every option; in the wire format."""
        task = sample_task()

        run(_put(queue, [task]))

        [arrived] = _read(deliveries(1))
        assert _sourceless(arrived) == _sourceless(task)

    def test_source_or_its_digest_arrives(
        self, run: Run, queue: TaskQueue, deliveries: Deliveries
    ) -> None:
        """A worker can always find the text."""
        run(_put(queue, [sample_task()]))

        [arrived] = _read(deliveries(1))

        assert arrived.source in {SOURCE, None}
        assert arrived.source_digest == digest_of(SOURCE)

    @pytest.mark.parametrize("payload", PAYLOADS)
    def test_parameters_arrive_as_they_were(
        self, run: Run, queue: TaskQueue, deliveries: Deliveries, payload: str
    ) -> None:
        """Any JSON, unchanged in value and type."""
        args = PAYLOADS[payload]

        run(_put(queue, [replace(sample_task(), args=args, kwargs={})]))

        [arrived] = _read(deliveries(1))
        assert repr(list(arrived.args)) == repr(args)

    def test_every_task_of_a_batch_arrives(
        self, run: Run, queue: TaskQueue, deliveries: Deliveries
    ) -> None:
        """As many as a batch may hold."""
        tasks = [sample_task(number) for number in range(Limits().max_batch)]

        run(_put(queue, tasks))

        arrived = {task.key for task in _read(deliveries(len(tasks)))}
        assert arrived == {task.key for task in tasks}

    def test_nothing_is_queued_for_nothing(
        self, run: Run, queue: TaskQueue, deliveries: Deliveries
    ) -> None:
        """An empty sequence is a no-op."""
        run(_put(queue, []))
        run(_put(queue, [sample_task(1)]))

        assert [task.args for task in _read(deliveries(1))] == [[1]]

    def test_task_waits_for_its_countdown(
        self, run: Run, queue: TaskQueue, deliveries: Deliveries, pass_time: PassTime
    ) -> None:
        """Others overtake it; it is delivered once its time has come."""
        later, at_once = sample_task(1, countdown=4 * self.tick), sample_task(2)
        run(_put(queue, [later, at_once]))

        before = _read(deliveries(1))
        pass_time(5 * self.tick)
        after = _read(deliveries(1))

        assert [task.key for task in before] == [at_once.key]
        assert [task.key for task in after] == [later.key]

    def test_queue_answers_a_ping(self, run: Run, queue: TaskQueue) -> None:
        """A healthy queue says nothing."""
        run(_ping(queue))

    def test_unreachable_queue_says_so(self, run: Run, broken: TaskQueue) -> None:
        """Every method raises QueueUnavailable, and nothing of the vendor's gets through."""
        with pytest.raises(QueueUnavailable):
            run(_put(broken, [sample_task()]))
        with pytest.raises(QueueUnavailable):
            run(_ping(broken))

    def test_refused_credentials_say_so(self, run: Run, request: pytest.FixtureRequest) -> None:
        """Every method raises QueueDenied."""
        denied = optional(request, "denied", what="the backend knows credentials")

        with pytest.raises(QueueDenied):
            run(_put(denied, [sample_task()]))
        with pytest.raises(QueueDenied):
            run(_ping(denied))


class BacklogContract(Contract):
    """The contract of `ports.task_queue.SupportsBacklog`.

    Fixtures to supply, as for `TaskQueueContract`:
        queue: a `TaskQueue` that supports it.
        deliveries: takes messages as a worker does.
        pass_time: `PassTime`; waits, or moves the backend's clock.
        broken: the same as `queue`, whose backend cannot be reached.
    """

    def test_empty_queue_has_no_backlog(self, run: Run, queue: SupportsBacklog) -> None:
        """And no oldest task."""
        assert run(_backlog(queue)) == Backlog(0, None)

    def test_what_waits_is_counted(
        self, run: Run, queue: TaskQueue, deliveries: Deliveries
    ) -> None:
        """Until a worker takes it."""
        for number in range(3):
            run(_put(queue, [sample_task(number)]))

        before = run(_backlog(queue))
        deliveries(3)

        assert before.count == 3
        assert run(_backlog(queue)) == Backlog(0, None)

    def test_task_with_a_countdown_does_not_count(self, run: Run, queue: TaskQueue) -> None:
        """It is not late before its time has come."""
        run(_put(queue, [sample_task(countdown=timedelta(hours=1))]))

        assert run(_backlog(queue)) == Backlog(0, None)

    def test_oldest_task_tells_how_long_it_has_waited(
        self, run: Run, queue: TaskQueue, pass_time: PassTime
    ) -> None:
        """Not the one that came last; None from a queue that cannot know."""
        run(_put(queue, [sample_task(1)]))
        pass_time(2 * self.tick)
        run(_put(queue, [sample_task(2)]))

        found = run(_backlog(queue))

        assert found.count == 2
        assert found.oldest is None or 2 * self.tick <= found.oldest < 20 * self.tick

    def test_unreachable_queue_says_so_instead_of_its_length(
        self, run: Run, broken: SupportsBacklog
    ) -> None:
        """Zero would let everything in."""
        with pytest.raises(QueueUnavailable):
            run(_backlog(broken))


async def _backlog(queue: object) -> Backlog:
    assert isinstance(queue, SupportsBacklog)
    return await queue.backlog()
