"""The memory list of quarantines keeps the contract."""

from __future__ import annotations

import pytest

from fleeting.adapters.memory.quarantines import MemoryQuarantineRegister, MemoryQuarantines
from fleeting.adapters.memory.store import MemoryStore
from fleeting.testing import QuarantinesContract


class TestMemoryQuarantines(QuarantinesContract):
    @pytest.fixture
    def register(self, store: MemoryStore) -> MemoryQuarantineRegister:
        return MemoryQuarantineRegister(store)

    @pytest.fixture
    def quarantines(self, store: MemoryStore) -> MemoryQuarantines:
        return MemoryQuarantines(store)

    @pytest.fixture
    def broken_register(self, broken_store: MemoryStore) -> MemoryQuarantineRegister:
        return MemoryQuarantineRegister(broken_store)

    @pytest.fixture
    def broken_quarantines(self, broken_store: MemoryStore) -> MemoryQuarantines:
        return MemoryQuarantines(broken_store)
