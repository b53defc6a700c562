"""The memory list of workers keeps the contract."""

from __future__ import annotations

import pytest

from fleeting.adapters.memory.fleet import MemoryFleet
from fleeting.adapters.memory.store import MemoryStore
from fleeting.testing import FleetContract


class TestMemoryFleet(FleetContract):
    @pytest.fixture
    def fleet(self, store: MemoryStore) -> MemoryFleet:
        return MemoryFleet(store)

    @pytest.fixture
    def register(self, fleet: MemoryFleet) -> MemoryFleet:
        return fleet

    @pytest.fixture
    def broken_fleet(self, broken_store: MemoryStore) -> MemoryFleet:
        return MemoryFleet(broken_store)

    @pytest.fixture
    def broken_register(self, broken_store: MemoryStore) -> MemoryFleet:
        return MemoryFleet(broken_store)
