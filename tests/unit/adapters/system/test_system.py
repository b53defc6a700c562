"""The machine's clock and chance keep the contract."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.adapters.system.clock import SystemClock
from fleeting.adapters.system.randomness import SystemRandomness
from fleeting.testing import ClockContract, RandomnessContract


class TestSystemClock(ClockContract):
    tick = timedelta(milliseconds=20)

    @pytest.fixture
    def clock(self) -> SystemClock:
        return SystemClock()


class TestSystemRandomness(RandomnessContract):
    @pytest.fixture
    def randomness(self) -> SystemRandomness:
        return SystemRandomness()
