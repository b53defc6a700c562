"""The memory backends tell whether they are switched on."""

from __future__ import annotations

import pytest

from fleeting.adapters.memory.store import MemoryStore
from fleeting.testing import HealthContract


class TestMemoryStore(HealthContract):
    @pytest.fixture
    def health(self, store: MemoryStore) -> MemoryStore:
        return store

    @pytest.fixture
    def broken(self, broken_store: MemoryStore) -> MemoryStore:
        return broken_store


async def test_store_that_is_switched_on_again_has_lost_nothing(broken_store: MemoryStore) -> None:
    broken_store.switch.turn_on()

    await broken_store.ping()
