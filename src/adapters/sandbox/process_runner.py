"""Runs each script in a fresh process of its own. Linux only; no security boundary."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Lock

from ...domain.errors import MemoryExceeded, SandboxUnavailable
from ...domain.isolation import Isolation
from ...domain.outcome import ErrorInfo, Outcome
from ...ports.runner import RunObserver, RunReport, RunRequest
from .delivery import Delivery
from .endings import cancelled, died, misbehaved, out_of_memory
from .exchange import Exchange
from .job import job_frame
from .process import SandboxProcess, site_packages


class ProcessRunner:
    """A `Runner` that starts a Python process for each run and ends it afterwards.

    A script may do what the worker's user may do. It finds the libraries installed beside the
    interpreter, but not the platform: `import fleeting` gives `progress` alone. Its working
    directory is `/`, its environment a fixed one. A run ends when its function returns: threads
    and processes that it has left are killed.

    Args:
        python: path of the interpreter; None: the one that runs this.
    """

    def __init__(self, python: str | None = None) -> None:
        self._python = python or sys.executable
        self._path = site_packages()
        self._runs: dict[str, _Run] = {}
        self._lock = Lock()

    @property
    def isolation(self) -> Isolation:
        return Isolation.PROCESS

    def run(self, request: RunRequest, observer: RunObserver) -> RunReport:
        with self._known(request.run_id) as run:
            process = run.start(self._python)
            if process is None:
                return RunReport(error=cancelled().error, isolation=self.isolation)
            delivery = Delivery(observer)
            try:
                return self._conduct(run, process, request, delivery)
            finally:
                process.end()
                process.close()
                delivery.close()

    def stop(self, run_id: str) -> None:
        with self._lock:
            run = self._runs.get(run_id)
        if run is not None:
            run.stop()

    @contextmanager
    def _known(self, run_id: str) -> Iterator[_Run]:
        run = _Run()
        with self._lock:
            if self._runs.setdefault(run_id, run) is not run:
                raise ValueError(f"a run {run_id} is going on already")
        try:
            yield run
        finally:
            with self._lock:
                del self._runs[run_id]

    def _conduct(
        self, run: _Run, process: SandboxProcess, request: RunRequest, delivery: Delivery
    ) -> RunReport:
        began = time.monotonic()
        exchange = Exchange(process, job_frame(request, self._path), request, delivery)
        outcome = exchange.until_answer()
        took = time.monotonic() - (exchange.started or began)
        by_itself = outcome is None and process.dies()
        status = process.end()
        exchange.drain()
        if outcome is None and run.is_stopped:
            outcome = cancelled()
        elif outcome is None:
            outcome = _silent(exchange, request, status if by_itself else None)
        return RunReport(
            value=outcome.value,
            error=outcome.error and _with_limit(outcome.error, request.memory_bytes),
            output=exchange.text,
            run_time=timedelta(seconds=took),
            isolation=self.isolation,
        )


class _Run:
    """One run, from when it is known: it may be stopped before it has a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: SandboxProcess | None = None
        self.is_stopped = False

    def start(self, python: str) -> SandboxProcess | None:
        """Its process, unless it is stopped already."""
        with self._lock:
            if not self.is_stopped:
                self._process = SandboxProcess(python)
            return self._process

    def stop(self) -> None:
        with self._lock:
            self.is_stopped = True
            if self._process is not None:
                self._process.kill()


def _silent(exchange: Exchange, request: RunRequest, status: int | None) -> Outcome:
    """What to make of a process that went without an answer; None: it had to be killed."""
    if exchange.started is None:
        last = exchange.text.rstrip().rpartition("\n")[2]
        raise SandboxUnavailable(
            f"the process for a run did not come up: {last or 'no word of it'}"
        )
    if status is None:
        return misbehaved("it closed its channel and went on")
    return died(status, request.timeout)


def _with_limit(error: ErrorInfo, memory_bytes: int | None) -> ErrorInfo:
    """The limit is not known inside."""
    if error.code == MemoryExceeded.code and memory_bytes is not None:
        return replace(error, message=out_of_memory(memory_bytes))
    return error
