"""The store's time without asking: what its last answer said, and how long ago that was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from ..ports.clock import Clock

_TRUSTED: Final = timedelta(minutes=1)
"""For how long an answer is good: two clocks drift apart by milliseconds in a minute."""


class StoreTime:
    """Learns from answers; as exact as a round trip is long. Safe to use from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard: tuple[datetime, timedelta] | None = None

    def learn(self, at: datetime) -> None:
        """Take the time from an answer that has just come."""
        self._heard = at, self._clock.elapsed()

    def now(self) -> datetime | None:
        """The store's time; None if nothing was heard of it lately."""
        heard = self._heard
        if heard is None:
            return None
        at, elapsed = heard
        passed = self._clock.elapsed() - elapsed
        return at + passed if passed < _TRUSTED else None
