"""Clocks for stores in memory: one that stands still until it is moved, and the wall's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Any time would do; a fixed one makes failures repeatable."""


class ManualClock:
    """`Clock` that moves only when told to; who sleeps moves it on and returns at once."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._elapsed = timedelta(0)
        self._lock = Lock()

    def now(self) -> datetime:
        return self._start + self._elapsed

    def elapsed(self) -> timedelta:
        return self._elapsed

    def sleep(self, pause: timedelta) -> None:
        self.advance(max(timedelta(0), pause))

    def advance(self, by: timedelta) -> None:
        """Move on by `by`; time never goes back."""
        if by < timedelta(0):
            raise ValueError("a clock cannot be moved back")
        with self._lock:
            self._elapsed += by


def wall_time() -> datetime:
    """The present, aware UTC: the clock of a store that nobody moves."""
    return datetime.now(UTC)
