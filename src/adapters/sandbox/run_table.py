"""The runs of a runner that are going on, so that each can be stopped by its name."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar

from .run_process import RunProcess

P = TypeVar("P", bound=RunProcess)

_PAUSE: Final = 0.004
"""Seconds: with less between two runs, or less than a run takes, there is more work than time."""

_LONG: Final = 0.05
"""Longer pauses and runs count as this: what follows a quiet hour is to be noticed soon."""

_WEIGHT: Final = 0.25
"""Of the latest run in the averages: a worker claims a few runs at a time, and pauses for that."""


class Run(Generic[P]):
    """One run, from when it is known: it may be stopped before it has a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: P | None = None
        self.is_stopped = False

    def start(self, begin: Callable[[], P]) -> P | None:
        """Its process, unless it is stopped already."""
        with self._lock:
            if not self.is_stopped:
                self._process = begin()
            return self._process

    def release(self) -> None:
        """From here on the process belongs to no run: it is not to be stopped with this one."""
        with self._lock:
            self._process = None

    def stop(self) -> None:
        """End it, from any thread."""
        with self._lock:
            self.is_stopped = True
            if self._process is not None:
                self._process.kill()


class Known(Generic[P]):
    """A run's time in the table; a generator would cost every run as much as all else here."""

    __slots__ = ("_run_id", "_table")

    def __init__(self, run_id: str, table: RunTable[P]) -> None:
        self._run_id = run_id
        self._table = table

    def __enter__(self) -> Run[P]:
        return self._table.begin(self._run_id)

    def __exit__(self, *_: object) -> None:
        self._table.end(self._run_id)


class RunTable(Generic[P]):
    """All runs of a runner that are going on."""

    def __init__(self, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._runs: dict[str, Run[P]] = {}
        self._lock = Lock()
        self._began: dict[str, float] = {}
        self._ended = float("-inf")
        self._took = 0.0
        self._pause = _LONG

    def known(self, run_id: str) -> Known[P]:
        """A run that can be stopped as long as the block goes on.

        Raises:
            ValueError: there is one of that name.
        """
        return Known(run_id, self)

    def begin(self, run_id: str) -> Run[P]:
        """Have a run in the table, until `end`; raises as `known`."""
        run: Run[P] = Run()
        with self._lock:
            if self._runs.setdefault(run_id, run) is not run:
                raise ValueError(f"a run {run_id} is going on already")
            now = self._began[run_id] = self._elapsed()
            pause = 0.0 if len(self._runs) > 1 else min(now - self._ended, _LONG)
            self._pause += _WEIGHT * (pause - self._pause)
        return run

    def end(self, run_id: str) -> None:
        """Take a run out of the table."""
        with self._lock:
            del self._runs[run_id]
            self._ended = self._elapsed()
            took = min(self._ended - self._began.pop(run_id), _LONG)
            self._took += _WEIGHT * (took - self._took)

    def is_busy(self) -> bool:
        """Whether a run is going on, or runs have followed each other of late."""
        return bool(self._runs) or self._pause < max(_PAUSE, self._took)

    def stop(self, run_id: str) -> None:
        """See `Runner.stop`."""
        with self._lock:
            run = self._runs.get(run_id)
        if run is not None:
            run.stop()
