"""The runs of a runner that are going on, so that each can be stopped by its name."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from .run_process import RunProcess

P = TypeVar("P", bound=RunProcess)


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

    __slots__ = ("_lock", "_run_id", "_runs")

    def __init__(self, run_id: str, runs: dict[str, Run[P]], lock: Lock) -> None:
        self._run_id = run_id
        self._runs = runs
        self._lock = lock

    def __enter__(self) -> Run[P]:
        run: Run[P] = Run()
        with self._lock:
            if self._runs.setdefault(self._run_id, run) is not run:
                raise ValueError(f"a run {self._run_id} is going on already")
        return run

    def __exit__(self, *_: object) -> None:
        with self._lock:
            del self._runs[self._run_id]


class RunTable(Generic[P]):
    """All runs of a runner that are going on."""

    def __init__(self) -> None:
        self._runs: dict[str, Run[P]] = {}
        self._lock = Lock()

    def known(self, run_id: str) -> Known[P]:
        """A run that can be stopped as long as the block goes on.

        Raises:
            ValueError: there is one of that name.
        """
        return Known(run_id, self._runs, self._lock)

    def stop(self, run_id: str) -> None:
        """See `Runner.stop`."""
        with self._lock:
            run = self._runs.get(run_id)
        if run is not None:
            run.stop()
