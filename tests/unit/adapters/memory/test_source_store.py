"""The memory source store keeps the contract."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.source_store import (
    MemorySourceReader,
    MemorySources,
    MemorySourceWriter,
)
from fleeting.domain.errors import PortError, StoreDenied, StoreUnavailable
from fleeting.testing import SourceReaderContract, SourceWriterContract


@pytest.fixture
def sources(clock: ManualClock) -> MemorySources:
    return MemorySources(clock.now)


@pytest.fixture
def writer(sources: MemorySources) -> MemorySourceWriter:
    return MemorySourceWriter(sources)


@pytest.fixture
def reader(sources: MemorySources) -> MemorySourceReader:
    return MemorySourceReader(sources)


def switched_off(error: PortError) -> MemorySources:
    sources = MemorySources()
    sources.switch.turn_off(error)
    return sources


class TestMemorySourceWriter(SourceWriterContract):
    @pytest.fixture
    def broken(self) -> MemorySourceWriter:
        return MemorySourceWriter(switched_off(StoreUnavailable("switched off")))

    @pytest.fixture
    def denied(self) -> MemorySourceWriter:
        return MemorySourceWriter(switched_off(StoreDenied("refused")))


class TestMemorySourceReader(SourceReaderContract):
    @pytest.fixture
    def broken(self) -> MemorySourceReader:
        return MemorySourceReader(switched_off(StoreUnavailable("switched off")))

    @pytest.fixture
    def denied(self) -> MemorySourceReader:
        return MemorySourceReader(switched_off(StoreDenied("refused")))


async def test_expired_source_is_gone(writer: MemorySourceWriter, clock: ManualClock) -> None:
    await writer.put("0" * 64, "a = 1", keep=timedelta(seconds=5))
    clock.advance(timedelta(seconds=5))

    assert await writer.get("0" * 64) is None
