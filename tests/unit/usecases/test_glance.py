from __future__ import annotations

import asyncio

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.domain.errors import StoreUnavailable
from fleeting.usecases.glance import EVERY, Glance


class Readings:
    """Counts up; fails where it is told to, and waits where the test holds it."""

    def __init__(self) -> None:
        self.count = 0
        self.error: Exception | None = None
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def __call__(self) -> int:
        await self.go_on.wait()
        if self.error is not None:
            raise self.error
        self.count += 1
        return self.count


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def readings() -> Readings:
    return Readings()


@pytest.fixture
def glance(readings: Readings, clock: ManualClock) -> Glance[int]:
    return Glance(readings, 0, clock=clock, what="the count")


async def test_first_who_asks_gets_a_reading(glance: Glance[int]) -> None:
    assert await glance() == 1


async def test_all_within_a_second_share_it(
    glance: Glance[int], readings: Readings, clock: ManualClock
) -> None:
    await glance()
    clock.advance(EVERY / 2)

    assert [await glance() for _ in range(9)] == 9 * [1]
    assert readings.count == 1


async def test_second_later_there_is_another(glance: Glance[int], clock: ManualClock) -> None:
    await glance()
    clock.advance(EVERY)

    assert await glance() == 2


async def test_nobody_waits_for_a_reading_that_somebody_else_takes(
    glance: Glance[int], readings: Readings
) -> None:
    readings.go_on.clear()
    first = asyncio.create_task(glance())
    await asyncio.sleep(0)

    assert await glance() == 0
    readings.go_on.set()
    assert await first == 1


async def test_failure_leaves_what_was_known(
    glance: Glance[int],
    readings: Readings,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await glance()
    readings.error = StoreUnavailable("away")
    clock.advance(EVERY)

    assert await glance() == 1
    assert "the count cannot be read: away" in caplog.text
