"""The measuring itself: the rate of a drain, the latency of single calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .child import Child, Deadline
from .spread import percentile

Figures = Mapping[str, float]
"""What one measurement found; names carry the unit."""

WARM_UP: Final = 5
"""Calls that are not counted: they open connections and fill caches."""

# The first tasks meet a worker that starts, the last ones one that runs dry.
_FROM, _TO = 0.15, 0.95


@dataclass(frozen=True, slots=True)
class _Mark:
    at: float
    stored: int
    cpu_seconds: float


def drain(stored: Callable[[], int], worker: Child, count: int) -> Figures:
    """Rate and cost of a queue of `count` tasks, from 15 % to 95 % of their stored results."""
    begin = _mark(stored, worker, round(_FROM * count))
    end = _mark(stored, worker, round(_TO * count))
    wait_until_stored(stored, worker, count)
    done = end.stored - begin.stored
    return {
        "tasks_per_second": done / (end.at - begin.at),
        "cpu_us_per_task": (end.cpu_seconds - begin.cpu_seconds) / done * 1e6,
    }


def wait_until_stored(stored: Callable[[], int], worker: Child, count: int) -> None:
    """Return when there are `count` results."""
    _mark(stored, worker, count)


def latency(call: Callable[[], object], samples: int) -> Figures:
    """How long one call takes while nothing else goes on."""
    for _ in range(WARM_UP):
        call()
    times = [_timed(call) for _ in range(samples)]
    return in_milliseconds(times)


def in_milliseconds(times: list[float]) -> dict[str, float]:
    """Median and p99 of `times`, which are seconds."""
    return {
        "p50_ms": percentile(times, 50) * 1000,
        "p99_ms": percentile(times, 99) * 1000,
    }


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _mark(stored: Callable[[], int], worker: Child, at_least: int) -> _Mark:
    deadline = Deadline(worker, f"fewer than {at_least} results are stored", pause=0.005)
    while (found := stored()) < at_least:
        deadline.check()
    return _Mark(time.perf_counter(), found, worker.cpu_seconds())
