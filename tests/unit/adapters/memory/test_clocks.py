"""The clocks of memory and machine keep the contract; so does chance."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.randomness import SeededRandomness
from fleeting.testing import ClockContract, RandomnessContract


class TestManualClock(ClockContract):
    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()


class TestSeededRandomness(RandomnessContract):
    @pytest.fixture
    def randomness(self) -> SeededRandomness:
        return SeededRandomness(seed=7)


def test_manual_clock_stands_still() -> None:
    clock = ManualClock()

    assert (clock.now(), clock.elapsed()) == (clock.now(), clock.elapsed())


def test_manual_clock_cannot_be_moved_back() -> None:
    with pytest.raises(ValueError, match="moved back"):
        ManualClock().advance(timedelta(seconds=-1))


def test_same_seed_draws_the_same() -> None:
    one, two = SeededRandomness(3), SeededRandomness(3)

    assert (one.unique(), one.draw()) == (two.unique(), two.draw())
