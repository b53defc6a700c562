"""The memory task queue keeps the contract, and its bound."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.task_queue import MemoryTaskQueue
from fleeting.domain.errors import PortError, QueueDenied, QueueFull, QueueUnavailable
from fleeting.testing import BacklogContract, TaskQueueContract
from fleeting.testing.task_queue import sample_task

INLINE = 4096


@pytest.fixture
def queue(clock: ManualClock) -> MemoryTaskQueue:
    return MemoryTaskQueue(inline_bytes=INLINE, elapsed=clock.elapsed, capacity=2000)


def switched_off(error: PortError) -> MemoryTaskQueue:
    queue = MemoryTaskQueue(inline_bytes=INLINE)
    queue.switch.turn_off(error)
    return queue


class TestMemoryTaskQueue(TaskQueueContract):
    @pytest.fixture
    def deliveries(self, queue: MemoryTaskQueue) -> Callable[[int], Sequence[Mapping[str, object]]]:
        def deliveries(count: int) -> list[dict[str, Any]]:
            # What was put is there at once: nothing has to be waited for.
            return [json.loads(body) for body in iter(queue.take_due, None)]

        return deliveries

    @pytest.fixture
    def broken(self) -> MemoryTaskQueue:
        return switched_off(QueueUnavailable("switched off"))

    @pytest.fixture
    def denied(self) -> MemoryTaskQueue:
        return switched_off(QueueDenied("refused"))


class TestMemoryBacklog(BacklogContract):
    deliveries = TestMemoryTaskQueue.deliveries
    broken = TestMemoryTaskQueue.broken


async def test_full_queue_takes_a_batch_whole_or_not_at_all() -> None:
    queue = MemoryTaskQueue(inline_bytes=INLINE, capacity=2)
    await queue.put([sample_task(1)])

    with pytest.raises(QueueFull, match="holds 2 tasks"):
        await queue.put([sample_task(2), sample_task(3)])

    await queue.put([sample_task(4)])
    assert len(list(iter(queue.take_due, None))) == 2


async def test_message_that_was_put_back_waits_for_its_delay(
    queue: MemoryTaskQueue, clock: ManualClock
) -> None:
    queue.put_back(b"body", timedelta(seconds=5))

    before = queue.take_due()
    clock.advance(timedelta(seconds=5))

    assert (before, queue.take_due()) == (None, b"body")


async def test_long_source_travels_by_its_digest() -> None:
    queue = MemoryTaskQueue(inline_bytes=3)

    await queue.put([sample_task()])

    message = json.loads(queue.take_due() or b"")
    assert "source" not in message
    assert message["source_digest"] == sample_task().source_digest
