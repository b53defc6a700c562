"""Which workers there are, and what each gives: told by the workers, read by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from ..domain.worker_facts import WorkerFacts


class FleetRegister(Protocol):
    """The worker's half.

    Raises (every method):
        StoreUnavailable: the store cannot be reached.
        StoreDenied: the store refuses the credentials or the command.
    """

    def announce(self, facts: WorkerFacts, *, keep: timedelta) -> None:
        """Show a worker for `keep` from here on, in place of what it has said before.

        A shorter life takes the place of a longer one too. Counted in the store's own clock.
        """
        ...

    def withdraw(self, worker: str) -> None:
        """Show a worker no longer; one that is not shown is left alone."""
        ...


class Fleet(Protocol):
    """The API's half; reading never writes."""

    async def workers(self) -> list[WorkerFacts]:
        """The workers that have announced themselves and whose time is not over, by name.

        Raises:
            StoreUnavailable: the store cannot be reached.
            StoreDenied: the store refuses the credentials or the command.
            StoreCorrupt: an announcement is none of fleeting's.
        """
        ...
