"""The clock that visibility is counted in: Redis' own, as far as this process can tell."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import Final


class ServerClock:
    """Redis' time, and since when Redis has been there without a break.

    Workers on several machines share one clock so that a message of one is never judged by the
    clock of another. A break is whenever no two notes came within `patience` seconds of each
    other, whatever the reason: Redis, the network, this process or the whole machine stood still.
    """

    def __init__(self, patience: float) -> None:
        self._patience: Final = patience
        self._lock = Lock()
        self._since: float | None = None
        self._last = 0.0
        self._ahead = 0.0

    def note(self, now: float) -> None:
        """Take note of Redis' time, seconds since the epoch, as it has just told it."""
        with self._lock:
            if self._since is None or not 0 <= now - self._last <= self._patience:
                self._since = now
            self._last = now
            self._ahead = now - monotonic()

    def now(self) -> float:
        """Redis' time by this process's own clock since the last note."""
        return monotonic() + self._ahead

    @property
    def last(self) -> float:
        """Redis' time at the last note."""
        return self._last

    @property
    def served(self) -> float:
        """For how many seconds, at the last note, Redis had been there without a break."""
        return 0.0 if self._since is None else self._last - self._since
