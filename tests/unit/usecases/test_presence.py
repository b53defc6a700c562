from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from fleeting.adapters.memory.fleet import MemoryFleet
from fleeting.adapters.memory.store import MemoryStore
from fleeting.domain.isolation import Isolation
from fleeting.domain.worker_facts import WorkerFacts, levels_in_force
from fleeting.usecases.presence import Presence

FACTS = WorkerFacts(
    worker="w:1",
    started_at=datetime(2025, 11, 21, tzinfo=UTC),
    version="1",
    python="3.11",
    platform="Linux",
    isolation=Isolation.PROCESS,
)


def shown(fleet: MemoryFleet) -> list[WorkerFacts]:
    return asyncio.run(fleet.workers())


def test_a_worker_is_shown_until_it_withdraws() -> None:
    fleet = MemoryFleet(MemoryStore())
    presence = Presence(fleet, lambda: FACTS)

    presence.announce()
    assert shown(fleet) == [FACTS]

    presence.withdraw()
    assert shown(fleet) == []


def test_a_worker_that_was_never_shown_asks_the_store_for_nothing() -> None:
    fleet = MemoryFleet(MemoryStore())
    fleet.withdraw = None  # type: ignore[method-assign,assignment]

    Presence(fleet, lambda: FACTS).withdraw()


def test_without_a_register_nothing_is_shown() -> None:
    presence = Presence(None, lambda: FACTS)

    presence.announce()
    presence.withdraw()


def test_levels_in_force_are_named_once_and_weakest_first() -> None:
    levels = [Isolation.CONFINED, Isolation.PROCESS, Isolation.CONFINED]
    workers = [FACTS.model_copy(update={"isolation": level}) for level in levels]

    assert levels_in_force(workers) == [Isolation.PROCESS, Isolation.CONFINED]
