"""The measuring itself: the rate of a drain, the figures of many times."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .child import Child, Deadline
from .platform import Count
from .spread import percentile

Figures = Mapping[str, float]
"""What one measurement found; names carry the unit."""

WARM_UP: Final = 5
"""Calls that are not counted: they open connections and fill caches."""

# The first tasks meet a worker that starts, the last ones one that runs dry.
_FROM, _TO = 0.15, 0.95


@dataclass(frozen=True, slots=True)
class Drained:
    """Watches a queue of `count` tasks being emptied; `client` is a redis-py client."""

    client: Any
    count: int
    stored: Count


@dataclass(frozen=True, slots=True)
class _Mark:
    at: float
    stored: int
    cpu_seconds: float
    server_cpu_seconds: float


def drain(queue: Drained, worker: Child) -> Figures:
    """Rate and cost of the queue, from 15 % to 95 % of its stored results."""
    begin = _mark(queue, worker, round(_FROM * queue.count))
    end = _mark(queue, worker, round(_TO * queue.count))
    _mark(queue, worker, queue.count)
    done = end.stored - begin.stored
    return {
        "tasks_per_second": done / (end.at - begin.at),
        "cpu_us_per_task": (end.cpu_seconds - begin.cpu_seconds) / done * 1e6,
        "server_cpu_us_per_task": (end.server_cpu_seconds - begin.server_cpu_seconds) / done * 1e6,
    }


def in_milliseconds(times: Sequence[float]) -> dict[str, float]:
    """Median and p99 of `times`, which are seconds."""
    return {
        "p50_ms": percentile(times, 50) * 1000,
        "p99_ms": percentile(times, 99) * 1000,
    }


def server_cpu_seconds(client: Any) -> float:
    """User and system time so far of the Redis that a redis-py client is connected to."""
    usage = client.info("cpu")
    return float(usage["used_cpu_user"]) + float(usage["used_cpu_sys"])


def _mark(queue: Drained, worker: Child, at_least: int) -> _Mark:
    complaint = f"fewer than {at_least} results are stored"
    deadline = Deadline(worker, complaint, pause=0.005)
    while (found := queue.stored(queue.client, queue.count)) < at_least:
        deadline.check()
    server = server_cpu_seconds(queue.client)
    return _Mark(time.perf_counter(), found, worker.cpu_seconds(), server)
