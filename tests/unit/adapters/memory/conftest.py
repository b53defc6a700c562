"""One memory store a test, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from fleeting.adapters.memory.cancel_signals import MemoryCancelSignals
from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.event_feed import MemoryEventFeed
from fleeting.adapters.memory.result_store import (
    MemoryOpenTasks,
    MemoryResultReader,
    MemoryResultWriter,
)
from fleeting.adapters.memory.store import MemoryStore
from fleeting.adapters.memory.task_records import MemoryTaskRecords
from fleeting.domain.errors import PortError, StoreDenied, StoreUnavailable
from fleeting.domain.result_key import Address


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def pass_time(clock: ManualClock) -> Callable[[timedelta], None]:
    return clock.advance


@pytest.fixture
def store(clock: ManualClock) -> MemoryStore:
    return MemoryStore(clock.now)


@pytest.fixture
def broken_store() -> MemoryStore:
    return switched_off(StoreUnavailable("the store is switched off"))


@pytest.fixture
def denied_store() -> MemoryStore:
    return switched_off(StoreDenied("the store refuses these credentials"))


def switched_off(error: PortError) -> MemoryStore:
    store = MemoryStore()
    store.switch.turn_off(error)
    return store


@pytest.fixture
def writer(store: MemoryStore) -> MemoryResultWriter:
    return MemoryResultWriter(store)


@pytest.fixture
def reader(store: MemoryStore) -> MemoryResultReader:
    return MemoryResultReader(store)


@pytest.fixture
def open_tasks(store: MemoryStore) -> MemoryOpenTasks:
    return MemoryOpenTasks(store)


@pytest.fixture
def records(store: MemoryStore) -> MemoryTaskRecords:
    return MemoryTaskRecords(store)


@pytest.fixture
def feed(store: MemoryStore) -> MemoryEventFeed:
    return MemoryEventFeed(store)


@pytest.fixture
def signals(store: MemoryStore) -> MemoryCancelSignals:
    return MemoryCancelSignals(store)


@pytest.fixture
def corrupt(store: MemoryStore) -> Callable[[Address], None]:
    return store.corrupt
