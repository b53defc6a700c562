"""The clock that visibility is counted in: Redis' own, as far as this process can tell."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import Final, Protocol


class SupportsTime(Protocol):
    """A client that can ask Redis for its time."""

    def time(self) -> tuple[int, int]:
        """Seconds since the epoch, and microseconds."""
        ...


class ServerClock:
    """Redis' time, and since when Redis has been there without a break.

    Workers on several machines share one clock so that a message of one is never judged by the
    clock of another. A break is whenever no two readings came within `patience` seconds of each
    other, whatever the reason: Redis, the network, this process or the whole machine stood still.
    """

    def __init__(self, patience: float) -> None:
        self._patience: Final = patience
        self._lock = Lock()
        self._since: float | None = None
        self._last = 0.0
        self._ahead = 0.0

    def read(self, client: SupportsTime) -> float:
        """Ask Redis, in one round trip: seconds since the epoch."""
        seconds, microseconds = client.time()
        now = seconds + microseconds / 1_000_000
        with self._lock:
            if self._since is None or not 0 <= now - self._last <= self._patience:
                self._since = now
            self._last = now
            self._ahead = now - monotonic()
        return now

    def now(self, client: SupportsTime) -> float:
        """Redis' time by this process's own clock since the last reading; no round trip."""
        return self.read(client) if self._since is None else monotonic() + self._ahead

    @property
    def served(self) -> float:
        """For how many seconds, at the last reading, Redis had been there without a break."""
        return 0.0 if self._since is None else self._last - self._since
