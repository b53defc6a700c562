"""The memory limiter keeps the contract, by the system's clock as the library has it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from fleeting.adapters.memory.rate_limiter import MemoryRateLimiter
from fleeting.adapters.memory.store import MemoryStore
from fleeting.testing import RateLimiterContract


class TestMemoryRateLimiter(RateLimiterContract):
    @pytest.fixture
    def limiter(self, store: MemoryStore) -> MemoryRateLimiter:
        return MemoryRateLimiter(store.switch)

    @pytest.fixture
    def broken(self, broken_store: MemoryStore) -> MemoryRateLimiter:
        return MemoryRateLimiter(broken_store.switch)

    @pytest.fixture
    def pass_time(self) -> Callable[[timedelta], None]:
        return lambda span: time.sleep(span.total_seconds())
