"""How a worker gets through what has piled up, and what is left of it in memory."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from fleeting.entrypoints.local import Fleeting

from ..pipeline.deployment import Deployment
from ..servers.valkey import Valkey
from ..servers.wait import wait_until

MIB = 1024 * 1024
_SCRIPT = "def same(number):\n    return number\n"
_TTL_SECONDS = 2.0
_LOOK_SECONDS = 0.01
_PART = 20_000
"""Tasks that the client holds in its own memory at once."""


@dataclass(frozen=True, slots=True)
class Drain:
    """One pile of tasks, and the memory after it was gone and its results had expired."""

    tasks: int
    rate: float
    """Tasks in a second, over the middle nine tenths."""
    redis_bytes: int
    """Without the feed of events, which keeps about 100,000."""
    worker_bytes: int
    left: int
    """Messages, open tasks and results that are still there."""


class Backlog:
    """A worker, its server, and piles of tasks for it."""

    def __init__(self, server: Valkey, worker: int, platform: Fleeting) -> None:
        self._redis = server.connect()
        self._worker = worker
        self._platform = platform

    def drain(self, tasks: int) -> Drain:
        """Pile up so many tasks while the worker stands still, then have it work."""
        os.kill(self._worker, signal.SIGSTOP)
        for first in range(0, tasks, _PART):
            part = range(first, min(first + _PART, tasks))
            self._platform.map(_SCRIPT, "same", part, ttl_seconds=_TTL_SECONDS)
        os.kill(self._worker, signal.SIGCONT)
        rate = self._rate(tasks)
        wait_until(lambda: self._left() == 0, within=timedelta(seconds=60))
        return Drain(tasks, rate, self._redis_bytes(), self._worker_bytes(), self._left())

    def _rate(self, tasks: int) -> float:
        times = [self._time_when_open(int(tasks * share)) for share in (0.95, 0.05)]
        return 0.9 * tasks / (times[1] - times[0])

    def _time_when_open(self, number: int) -> float:
        while self._redis.zcard("open") > number:
            time.sleep(_LOOK_SECONDS)
        return time.monotonic()

    def _left(self) -> int:
        streams = self._redis.scan_iter("{fleeting}:*", _type="stream")
        messages = sum(self._redis.xlen(stream) for stream in streams)
        lists = self._redis.zcard("{same}:live") + self._redis.zcard("{same}:other")
        return messages + lists + self._redis.zcard("open")

    def _redis_bytes(self) -> int:
        events: Any = self._redis.memory_usage("events", samples=0)
        return self._redis.info("memory")["used_memory"] - (events or 0)

    def _worker_bytes(self) -> int:
        return psutil.Process(self._worker).memory_info().rss


@contextmanager
def backlog(folder: Path) -> Iterator[Backlog]:
    """A worker that keeps its processes, as for many short calls."""
    settings = {"FLEETING_SANDBOX_REUSE": "true"}
    with Valkey(folder / "server") as server:
        settings["FLEETING_STORE"] = server.url
        with (
            Deployment(settings, logs=folder) as deployment,
            Fleeting.from_settings(store=server.url) as platform,
        ):
            worker = deployment.worker(lease_seconds="10", log_level="warning", is_awaited=False)
            assert platform.submit(_SCRIPT, "same", 0, ttl_seconds=1).result(timeout=30) == 0
            yield Backlog(server, worker.pid, platform)
