"""What every `FleetRegister` and `Fleet` must do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from ..domain.errors import StoreUnavailable
from ..domain.isolation import Isolation
from ..domain.worker_facts import LibrarySet, WorkerFacts
from ..ports.fleet import Fleet, FleetRegister
from .contract import Contract, PassTime, Run

_LIFE: Final = timedelta(seconds=30)


def facts_of(worker: str, *, version: str = "1.0") -> WorkerFacts:
    """What some worker says of itself."""
    return WorkerFacts(
        worker=worker,
        started_at=datetime(2025, 11, 21, tzinfo=UTC),
        version=version,
        python="3.11.2",
        platform="Linux-6.1-x86_64",
        isolation=Isolation.PROCESS,
        libraries=(LibrarySet(name="ünï", modules=("json",), distributions={"pydantic": "2"}),),
    )


class FleetContract(Contract):
    """The contract of `ports.fleet`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        register: a `FleetRegister`.
        fleet: a `Fleet`.
        pass_time: `PassTime`; waits, or moves the backend's clock.
        broken_register, broken_fleet: the same, whose backend cannot be reached.
    """

    def test_nobody_is_known_at_first(self, run: Run, fleet: Fleet) -> None:
        """Not an error: no worker has started yet."""
        assert run(fleet.workers()) == []

    def test_what_workers_say_comes_back_by_name(
        self, run: Run, register: FleetRegister, fleet: Fleet
    ) -> None:
        """All of it."""
        for name in ("b", "a"):
            register.announce(facts_of(name), keep=_LIFE)

        assert run(fleet.workers()) == [facts_of("a"), facts_of("b")]

    def test_the_latest_announcement_counts(
        self, run: Run, register: FleetRegister, fleet: Fleet
    ) -> None:
        """In place of the one before."""
        register.announce(facts_of("a"), keep=_LIFE)
        register.announce(facts_of("a", version="2.0"), keep=_LIFE)

        assert run(fleet.workers()) == [facts_of("a", version="2.0")]

    def test_who_withdraws_is_gone_and_the_others_stay(
        self, run: Run, register: FleetRegister, fleet: Fleet
    ) -> None:
        """Withdrawing twice is withdrawing once."""
        for name in ("a", "b"):
            register.announce(facts_of(name), keep=_LIFE)

        register.withdraw("a")
        register.withdraw("a")

        assert run(fleet.workers()) == [facts_of("b")]

    def test_who_says_nothing_more_is_gone_and_the_others_stay(
        self, run: Run, register: FleetRegister, fleet: Fleet, pass_time: PassTime
    ) -> None:
        """A worker that was killed withdraws nothing."""
        register.announce(facts_of("a"), keep=self.tick)
        register.announce(facts_of("b"), keep=_LIFE)

        pass_time(2 * self.tick)

        assert run(fleet.workers()) == [facts_of("b")]

    def test_a_shorter_life_counts_too(
        self, run: Run, register: FleetRegister, fleet: Fleet, pass_time: PassTime
    ) -> None:
        """The latest word, whatever was said before."""
        register.announce(facts_of("a"), keep=_LIFE)
        register.announce(facts_of("a"), keep=self.tick)

        pass_time(2 * self.tick)

        assert run(fleet.workers()) == []

    def test_unreachable_store_says_so(
        self, run: Run, broken_register: FleetRegister, broken_fleet: Fleet
    ) -> None:
        """In every method."""
        with pytest.raises(StoreUnavailable):
            broken_register.announce(facts_of("a"), keep=_LIFE)
        with pytest.raises(StoreUnavailable):
            broken_register.withdraw("a")
        with pytest.raises(StoreUnavailable):
            run(broken_fleet.workers())
