"""Tends the credentials that runs of this process have, in a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import Final

from ..ports.bundles import SecretSourceAdapter
from ..ports.clock import Clock
from ..usecases.run_leases import RunLeases

_log: Final = logging.getLogger(__name__)

_CLOSE: Final = timedelta(seconds=2)
"""For taking back what runs still had: a platform that stops a worker gives it ten seconds."""


class Lending:
    """Lends credentials to runs, and takes them back; the thread begins with the first loan.

    Args:
        secrets: who makes them; None, or one without leases: nobody does.
        clock: of this process.
    """

    def __init__(self, secrets: SecretSourceAdapter | None, clock: Clock) -> None:
        source = None if secrets is None else secrets.leases
        self._leases = None if source is None else RunLeases(source, clock)
        self._stopping = Event()
        self._lock = Lock()
        self._thread: Thread | None = None

    @property
    def is_possible(self) -> bool:
        """Whether there is anybody who makes credentials."""
        return self._leases is not None

    @contextmanager
    def lent(self, path: str, run_time: timedelta | None) -> Iterator[Mapping[str, str]]:
        """See `RunLeases.lent`; only where it is possible."""
        leases = self._tended()
        with leases.lent(path, run_time) as fields:
            yield fields

    def close(self) -> None:
        """Take back what is still lent."""
        self._stopping.set()
        if self._leases is not None and self._thread is not None:
            self._leases.wake()
            self._thread.join(_CLOSE.total_seconds())
            self._leases.close(_CLOSE)

    def _tended(self) -> RunLeases:
        assert self._leases is not None  # noqa: S101  # is_possible says so
        with self._lock:
            if self._thread is None:
                self._thread = Thread(
                    target=self._tend, args=(self._leases,), name="fleeting-run-leases", daemon=True
                )
                self._thread.start()
        return self._leases

    def _tend(self, leases: RunLeases) -> None:
        while not self._stopping.is_set():
            try:
                leases.wait()
                leases.tend()
            except Exception:  # noqa: BLE001 - whatever it is, other leases must not run out by it
                _log.exception("tending the leases of runs failed; it goes on")
                self._stopping.wait(1)
