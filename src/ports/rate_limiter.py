"""Who has asked how often, known to every process of an installation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..domain.rate import Standing, Window


class RateLimiter(Protocol):
    """Counts what callers take of their windows.

    The windows move: at no moment has more been taken than `amount` in the last `seconds`, on one
    clock for all processes. Nothing that was refused counts. What was taken is forgotten with its
    window.

    Raises (every method):
        StoreUnavailable: the counts cannot be reached; it may have been taken.
        StoreDenied: the backend refuses the credentials or the command.
    """

    async def take(
        self, caller: str, windows: Sequence[Window], *, cost: int = 1, later: int = 0
    ) -> list[Standing]:
        """Take `cost` from every window of `caller`, or nothing from any.

        One round trip, and atomic: those who ask at the same time, here or elsewhere, are served
        one after the other. Each standing is of the window at its place. Those that are too full
        have a pause, after which they have room for `cost` and `later` together, if nobody else
        takes any.

        Args:
            caller: whoever is counted by that name; any text.
            windows: at least one, of different lengths; each holds `cost` and `later` in all.
            cost: how much to take, at least 1.
            later: how much of a repetition is taken beside it.
        """
        ...
