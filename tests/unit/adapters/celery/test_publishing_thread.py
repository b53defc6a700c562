"""What callers bring together is published together, and each hears how it went."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest

from fleeting.adapters.celery.publishing_thread import PublishingThread


class Press:
    """Publishes when it is let to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.threads: set[str] = set()
        self.begun = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()
        self.error: Exception | None = None

    def publish(self, items: Sequence[int]) -> None:
        self.batches.append(list(items))
        self.threads.add(threading.current_thread().name)
        self.begun.release()
        self.gate.wait()
        if self.error is not None:
            raise self.error


@pytest.fixture
def press() -> Press:
    return Press()


@pytest.fixture
def thread(press: Press) -> Iterator[PublishingThread[int]]:
    thread = PublishingThread(press.publish, name="press")
    yield thread
    press.gate.set()
    thread.stop()


async def begun(press: Press) -> None:
    await asyncio.to_thread(press.begun.acquire)


async def test_one_caller_does_not_wait_for_others(
    press: Press, thread: PublishingThread[int]
) -> None:
    await thread([1, 2])
    await thread([3])

    assert press.batches == [[1, 2], [3]]
    assert press.threads == {"press"}


async def test_what_comes_meanwhile_goes_together(
    press: Press, thread: PublishingThread[int]
) -> None:
    press.gate.clear()
    first = asyncio.create_task(thread([0]))
    await begun(press)
    others = [asyncio.create_task(thread([number])) for number in range(1, 5)]
    await asyncio.sleep(0)

    press.gate.set()
    await asyncio.gather(first, *others)

    assert press.batches == [[0], [1, 2, 3, 4]]


async def test_all_of_a_batch_hear_of_its_failure_and_nobody_after(
    press: Press, thread: PublishingThread[int]
) -> None:
    press.error = OSError("away")
    failed = await asyncio.gather(thread([1]), thread([2]), return_exceptions=True)
    press.error = None
    await thread([3])

    assert [type(one) for one in failed] == [OSError, OSError]
    assert press.batches[-1] == [3]


async def test_one_who_stops_waiting_harms_nobody(
    press: Press, thread: PublishingThread[int]
) -> None:
    press.gate.clear()
    impatient = asyncio.create_task(thread([1]))
    await begun(press)
    patient = asyncio.create_task(thread([2]))
    impatient.cancel()
    await asyncio.wait([impatient])

    press.gate.set()
    await patient

    assert press.batches == [[1], [2]]


async def test_a_batch_is_bounded(press: Press, thread: PublishingThread[int]) -> None:
    press.gate.clear()
    first = asyncio.create_task(thread([0]))
    await begun(press)
    many = [asyncio.create_task(thread([1] * 600)) for _ in range(3)]
    await asyncio.sleep(0)

    press.gate.set()
    await asyncio.gather(first, *many)

    assert [len(batch) for batch in press.batches] == [1, 1200, 600]


async def test_no_items_are_published_too(press: Press, thread: PublishingThread[int]) -> None:
    await thread([])

    assert press.batches == [[]]


async def test_it_can_be_used_after_it_was_stopped(
    press: Press, thread: PublishingThread[int]
) -> None:
    await thread([1])
    thread.stop()
    thread.stop()

    await thread([2])

    assert press.batches == [[1], [2]]


def test_a_caller_whose_loop_has_ended_harms_nobody(
    press: Press, thread: PublishingThread[int]
) -> None:
    press.gate.clear()

    async def ask_and_leave() -> None:
        asyncio.ensure_future(thread([1]))  # noqa: RUF006 - it is left behind on purpose
        await begun(press)

    asyncio.run(ask_and_leave())
    press.gate.set()

    asyncio.run(thread([2]))
    assert press.batches == [[1], [2]]
