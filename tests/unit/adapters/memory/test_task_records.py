"""The memory task records keep the contract."""

from __future__ import annotations

import pytest

from fleeting.adapters.memory.store import MemoryStore
from fleeting.adapters.memory.task_records import MemoryTaskRecords
from fleeting.testing import TaskRecordsContract


class TestMemoryTaskRecords(TaskRecordsContract):
    @pytest.fixture
    def broken(self, broken_store: MemoryStore) -> MemoryTaskRecords:
        return MemoryTaskRecords(broken_store)

    @pytest.fixture
    def denied(self, denied_store: MemoryStore) -> MemoryTaskRecords:
        return MemoryTaskRecords(denied_store)
