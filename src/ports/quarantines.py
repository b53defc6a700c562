"""Which sources are in quarantine, and the lost runs that speak against the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from ..domain.quarantine import Loss, Quarantine, SourceName


class QuarantineRegister(Protocol):
    """The worker's half.

    Raises (every method):
        StoreUnavailable: the store cannot be reached.
        StoreDenied: the store refuses the credentials or the command.
        StoreCorrupt: what is stored is none of fleeting's.
    """

    def note(self, loss: Loss, *, window: timedelta) -> list[Loss]:
        """Keep a loss, and return all of its source that were noticed in the window before it.

        The same attempt counts once, however often it is noted. What is older than the window is
        forgotten, and everything is once nothing was noted for so long.
        """
        ...

    def impose(self, quarantine: Quarantine, *, keep: timedelta) -> None:
        """Keep a quarantine for `keep` from here on, in place of one of the same source."""
        ...

    def in_force(self) -> list[Quarantine]:
        """All quarantines whose time is not over, of all namespaces, by source."""
        ...


class Quarantines(Protocol):
    """The half of the API and of the operator; raises what `QuarantineRegister` raises."""

    async def in_force(self) -> list[Quarantine]:
        """As `QuarantineRegister.in_force`; reading never writes."""
        ...

    async def lift(self, sources: Sequence[SourceName]) -> None:
        """End these quarantines, and forget the losses that led to them."""
        ...
