"""The memory event feed keeps the contract, and its bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from fleeting.adapters.memory.event_feed import MemoryEventFeed
from fleeting.adapters.memory.event_log import EventLog
from fleeting.adapters.memory.store import MemoryStore
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address
from fleeting.testing import EventFeedContract

SOMEWHERE = Address("", "add_1763683200000_0123456789abcdef")


class TestMemoryEventFeed(EventFeedContract):
    @pytest.fixture
    def trim(self, store: MemoryStore) -> Callable[[str], None]:
        return store.events.trim

    @pytest.fixture
    def broken(self, broken_store: MemoryStore) -> MemoryEventFeed:
        return MemoryEventFeed(broken_store)

    @pytest.fixture
    def denied(self, denied_store: MemoryStore) -> MemoryEventFeed:
        return MemoryEventFeed(denied_store)


def test_log_keeps_the_latest_events_only() -> None:
    log = EventLog(capacity=3)

    for attempt in range(10):
        log.append(SOMEWHERE, "status", Status.RUNNING, attempt)

    assert [event.attempt for event in log.since("", 0, limit=99)] == [7, 8, 9]


async def test_event_for_a_reader_whose_loop_has_ended_harms_nobody(store: MemoryStore) -> None:
    listening = store.events.listening("")
    loop = asyncio.new_event_loop()

    async def begin() -> None:
        listening.__enter__()

    await asyncio.to_thread(loop.run_until_complete, begin())
    loop.close()

    store.events.append(SOMEWHERE, "status", Status.QUEUED, 0)

    assert len(store.events.since("", 0, limit=9)) == 1
