"""The memory result store keeps the contract."""

from __future__ import annotations

import pytest

from fleeting.adapters.memory.result_store import (
    MemoryOpenTasks,
    MemoryResultReader,
    MemoryResultWriter,
)
from fleeting.adapters.memory.store import MemoryStore
from fleeting.testing import OpenTasksContract, ResultReaderContract, ResultWriterContract


class TestMemoryResultWriter(ResultWriterContract):
    @pytest.fixture
    def broken(self, broken_store: MemoryStore) -> MemoryResultWriter:
        return MemoryResultWriter(broken_store)

    @pytest.fixture
    def denied(self, denied_store: MemoryStore) -> MemoryResultWriter:
        return MemoryResultWriter(denied_store)


class TestMemoryResultReader(ResultReaderContract):
    @pytest.fixture
    def broken(self, broken_store: MemoryStore) -> MemoryResultReader:
        return MemoryResultReader(broken_store)

    @pytest.fixture
    def denied(self, denied_store: MemoryStore) -> MemoryResultReader:
        return MemoryResultReader(denied_store)


class TestMemoryOpenTasks(OpenTasksContract):
    @pytest.fixture
    def broken(self, broken_store: MemoryStore) -> MemoryOpenTasks:
        return MemoryOpenTasks(broken_store)
