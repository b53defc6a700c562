"""Submissions are refused while too much waits."""

from __future__ import annotations

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.domain.backlog import Backlog
from fleeting.domain.errors import QueueFull, QueueUnavailable
from fleeting.domain.limits import Limits
from fleeting.usecases.backpressure import Backpressure

from .make import SECOND, Installation, a_request


class CountedQueue:
    """`SupportsBacklog` that has what the test says, and counts who looks."""

    def __init__(self) -> None:
        self.count = 0
        self.looks = 0

    async def backlog(self) -> Backlog:
        self.looks += 1
        return Backlog(self.count, None)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def queue() -> CountedQueue:
    return CountedQueue()


@pytest.fixture
def pressure(queue: CountedQueue, clock: ManualClock) -> Backpressure:
    return Backpressure(queue, limits=Limits(max_queued=10), clock=clock)


async def test_full_queue_refuses_and_leaves_nothing_behind() -> None:
    home = Installation(max_queued=2)
    await home.submit([a_request(), a_request()])
    home.clock.advance(SECOND)

    with pytest.raises(QueueFull, match="2 tasks have not ended"):
        await home.submit([a_request()])

    assert [home.taken() is None for _ in range(3)] == [False, False, True]


async def test_queue_that_has_room_again_takes_more() -> None:
    home = Installation(max_queued=1)
    await home.ran()
    home.clock.advance(SECOND)

    await home.submit([a_request()])


async def test_tasks_that_run_or_wait_for_their_time_count_too() -> None:
    """Each takes room in the store; one message of a batch may stand for many."""
    home = Installation(max_queued=1)
    await home.submitted()
    home.clock.advance(SECOND)

    with pytest.raises(QueueFull, match="1 tasks"):
        await home.submit([a_request()])


async def test_queue_is_looked_at_once_a_second(
    pressure: Backpressure, queue: CountedQueue, clock: ManualClock
) -> None:
    for _ in range(9):
        await pressure.check()
        clock.advance(SECOND / 10)

    assert queue.looks == 1


async def test_pause_follows_the_drain_that_was_seen(
    pressure: Backpressure, queue: CountedQueue, clock: ManualClock
) -> None:
    queue.count = 40
    with pytest.raises(QueueFull) as first:
        await pressure.check()
    clock.advance(2 * SECOND)
    queue.count = 29

    with pytest.raises(QueueFull) as second:
        await pressure.check()

    assert first.value.retry_after == 5
    assert second.value.retry_after == 4


async def test_without_bounds_nobody_looks(queue: CountedQueue, clock: ManualClock) -> None:
    limits = Limits.model_validate({"max_queued": 0, "max_queue_age_seconds": 0})
    pressure = Backpressure(queue, limits=limits, clock=clock)

    await pressure.check()

    assert queue.looks == 0


async def test_age_alone_may_be_bounded(queue: CountedQueue, clock: ManualClock) -> None:
    pressure = Backpressure(queue, limits=Limits(max_queued=0), clock=clock)

    await pressure.check()

    assert queue.looks == 1


async def test_queue_that_cannot_tell_takes_what_comes(clock: ManualClock) -> None:
    pressure = Backpressure(object(), limits=Limits(max_queued=1), clock=clock)

    await pressure.check()

    assert await pressure.backlog() is None


async def test_queue_that_does_not_answer_refuses_nothing_by_that() -> None:
    """The submission itself finds out, and says what is wrong."""
    home = Installation()
    home.queue.switch.turn_off(QueueUnavailable("away"))

    with pytest.raises(QueueUnavailable):
        await home.submit([a_request()])
