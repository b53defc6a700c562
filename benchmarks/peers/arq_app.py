"""arq. Worker: `arq benchmarks.peers.arq_app.Stock`, or `Tuned`."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar, Final

from arq import create_pool
from arq.connections import RedisSettings

from . import server
from .functions import ARGUMENTS, PATIENCE, check

_AT_ONCE: Final = 50
_POLL: Final = {"stock": 0.5, "polling": 0.001}
"""Seconds between two looks for the result; 0.5 is arq's default."""


async def add(_: dict[str, Any], a: int, b: int) -> int:
    return a + b


class Stock:
    """As arq comes: ten jobs at once, a look into the queue every half second."""

    functions: ClassVar = [add]
    redis_settings = RedisSettings.from_dsn(server.url())


class Tuned:
    """More jobs at once, looks every 10 ms, no line in the log for each job."""

    # Again, because arq reads no inherited settings.
    functions: ClassVar = [add]
    redis_settings = RedisSettings.from_dsn(server.url())
    max_jobs = 100
    poll_delay = 0.01
    log_results = False


class ArqClient:
    """Blocks, as every client of the benchmark; one loop for all its calls."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._pool = self._loop.run_until_complete(create_pool(Stock.redis_settings))

    def submit(self) -> None:
        self._run(self._pool.enqueue_job("add", *ARGUMENTS))

    def submit_batch(self, count: int) -> None:
        self._run(self._gather(count))

    def call(self, way: str) -> None:
        self._run(self._call(_POLL[way]))

    async def _gather(self, count: int) -> None:
        for start in range(0, count, _AT_ONCE):
            some = range(min(_AT_ONCE, count - start))
            await asyncio.gather(*(self._pool.enqueue_job("add", *ARGUMENTS) for _ in some))

    async def _call(self, poll: float) -> None:
        job = await self._pool.enqueue_job("add", *ARGUMENTS)
        check(job and await job.result(timeout=PATIENCE, poll_delay=poll))

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        self._loop.run_until_complete(work)


def open_client() -> ArqClient:
    return ArqClient()
