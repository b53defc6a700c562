"""The sandbox alone, without queue and store: what a run costs at least at this isolation."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Final

import psutil

from fleeting.domain.limits import MIB, Limits
from fleeting.domain.source import digest
from fleeting.entrypoints import runners
from fleeting.entrypoints.settings import Settings
from fleeting.ports.runner import Runner, RunRequest

from ..child import BenchmarkError, cpu_seconds
from ..measure import Figures
from .scripts import ARGUMENTS, SOURCE

_AT_ONCE: Final = 2
"""As many as the workers beside it run."""


class Sandbox:
    """The sandbox of a worker with these settings, one run at a time."""

    def __init__(self, settings: Settings, *, reuse: bool) -> None:
        self._runner = runners.make(settings)
        self._reuse = reuse
        self._names = count(1)

    def run(self) -> None:
        """Run the source once."""
        _run(self._runner, str(next(self._names)), reuse=self._reuse)

    def close(self) -> None:
        """End it."""
        runners.close(self._runner)


def alone(seconds: float) -> Figures:
    """Rate and cost of runs in the sandbox of a worker with default settings."""
    runner = runners.make(Settings())
    try:
        _run(runner, "warm-up")
        return _measured(runner, seconds)
    finally:
        runners.close(runner)


def _measured(runner: Runner, seconds: float) -> Figures:
    me = psutil.Process()
    cpu, began = cpu_seconds(me), time.perf_counter()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        threads = [pool.submit(_keep_running, runner, str(n), seconds) for n in range(_AT_ONCE)]
        runs = sum(thread.result() for thread in threads)
    return {
        "tasks_per_second": runs / (time.perf_counter() - began),
        "cpu_us_per_task": (cpu_seconds(me) - cpu) / runs * 1e6,
    }


def _keep_running(runner: Runner, name: str, seconds: float) -> int:
    until, runs = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        _run(runner, f"{name}-{runs}")
        runs += 1
    return runs


def _run(runner: Runner, run_id: str, *, reuse: bool | None = None) -> None:
    limits = Limits()
    request = RunRequest(
        run_id=run_id,
        digest=digest(SOURCE),
        source=SOURCE,
        function="add",
        args=ARGUMENTS,
        kwargs={},
        timeout=limits.default_timeout,
        memory_bytes=limits.default_memory_mb * MIB,
        max_value_bytes=limits.max_value_bytes,
        max_output_bytes=limits.max_output_bytes,
        reuse=reuse,
    )
    report = runner.run(request, _Deaf())
    if report.error is not None:
        raise BenchmarkError(f"the sandbox failed: {report.error.message}")


class _Deaf:
    """Hears nothing of what a run says."""

    def on_output(self, text: str) -> None:
        pass

    def on_progress(self, done: float, total: float | None, note: str) -> None:
        pass
