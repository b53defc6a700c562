"""How many messages a worker has refused, by reason, whichever of its processes did."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock
from typing import Final

from ..domain.distrust import Distrust

_REASONS: Final = ("malformed", *Distrust)
"""Each by a byte, the place that it has here."""

_AT_ONCE: Final = 65_536
"""What a pipe holds on Linux."""


class Refusals:
    """Counts in one process; safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter()

    def add(self, reason: str) -> None:
        """Count one more."""
        with self._lock:
            self._counts[reason] += 1

    def totals(self) -> Mapping[str, int]:
        """How many there were of each."""
        with self._lock:
            return dict(self._counts)


class SharedRefusals(Refusals):
    """Counts for the process that made it, and for those that it forks afterwards.

    They tell it by a pipe: a process that is killed meanwhile leaves no lock behind, and what waits
    there (64 Ki refusals) goes uncounted rather than hold anybody up.
    """

    def __init__(self) -> None:
        super().__init__()
        self._owner = os.getpid()
        self._told, self._tell = os.pipe()
        os.set_blocking(self._told, False)
        os.set_blocking(self._tell, False)

    def add(self, reason: str) -> None:
        """Count one more, here or where the others are counted."""
        if os.getpid() == self._owner:
            super().add(reason)
        else:
            with suppress(BlockingIOError):
                os.write(self._tell, bytes([_REASONS.index(reason)]))

    def totals(self) -> Mapping[str, int]:
        """How many there were of each; nothing in the processes that tell another one."""
        if os.getpid() != self._owner:
            return {}
        for place in self._waiting():
            super().add(_REASONS[place])
        return super().totals()

    def _waiting(self) -> bytes:
        try:
            return os.read(self._told, _AT_ONCE)
        except BlockingIOError:
            return b""
