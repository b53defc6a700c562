"""One custody for each broker that this process takes messages from, and its threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final

from .custody import Custody
from .keeper import Keeper
from .outbox import TROUBLES
from .tidying import tie_up


class Keeping:
    """A custody with the threads that keep it, from the first channel to the last."""

    def __init__(self, client: Any, *, visibility_seconds: float, patience_seconds: float) -> None:
        self.custody: Final = Custody(client, visibility_seconds=visibility_seconds)
        self._keeper = Keeper(self.custody, patience_seconds=patience_seconds)
        self.has_worker = False
        """Whether a worker closes it, which has runs that outlive channels."""

    def start(self) -> None:
        """Begin to keep; does nothing when it has begun."""
        self.custody.outbox.start()
        self._keeper.start()

    def close(self) -> None:
        """Give everything back and stop. What Redis does not hear of now is taken over later.

        May be called again, for what has come in since.
        """
        self._keeper.stop()
        for reader in self.custody.readers:
            reader.retired = True
        self.custody.give_all_back()
        if self.custody.flush() is None:
            _tie_up(self.custody)
        self.custody.outbox.stop()
        _forget(self)


_lock: Final = Lock()
_keepings: Final[dict[tuple[int, Hashable], Keeping]] = {}


def keeping(broker: Hashable, make: Callable[[], Keeping]) -> Keeping:
    """What this process keeps of `broker`; a forked child has its own, as threads stay behind."""
    with _lock:
        known = _keepings.get((os.getpid(), broker))
        if known is None:
            known = _keepings[os.getpid(), broker] = make()
        return known


def _forget(gone: Keeping) -> None:
    with _lock:
        for key in [key for key, known in _keepings.items() if known is gone]:
            del _keepings[key]


def _tie_up(custody: Custody) -> None:
    try:
        tie_up(custody)
    except TROUBLES:
        return
