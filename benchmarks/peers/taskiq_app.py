"""taskiq with its Redis brokers: a list that is popped, or a stream that is acknowledged.

Worker: `taskiq worker benchmarks.peers.taskiq_app:broker`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from taskiq_redis import ListQueueBroker, RedisAsyncResultBackend, RedisStreamBroker

from . import server
from .functions import ARGUMENTS, PATIENCE, check

_MAKE: Final = {"list": ListQueueBroker, "stream": RedisStreamBroker}
_AT_ONCE: Final = 50
"""Submissions under way together: more do not help, they share the broker's connections."""

_POLL: Final = {"stock": 0.2, "polling": 0.001}
"""Seconds between two looks for the result; 0.2 is taskiq's default."""

# Without an end to waiting: by default redis-py 8 gives up after 5 s, and taskiq waits for ever.
broker = _MAKE[server.variant()](server.url(), socket_timeout=None).with_result_backend(
    RedisAsyncResultBackend(server.url())
)


@broker.task(task_name="add")
async def add(a: int, b: int) -> int:
    return a + b


class TaskiqClient:
    """Blocks, as every client of the benchmark; one loop for all its calls."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._run(broker.startup())

    def submit(self) -> None:
        self._run(add.kiq(*ARGUMENTS))

    def submit_batch(self, count: int) -> None:
        self._run(self._gather(count))

    def call(self, way: str) -> None:
        self._run(self._call(_POLL[way]))

    async def _gather(self, count: int) -> None:
        for start in range(0, count, _AT_ONCE):
            some = range(min(_AT_ONCE, count - start))
            await asyncio.gather(*(add.kiq(*ARGUMENTS) for _ in some))

    async def _call(self, poll: float) -> None:
        task = await add.kiq(*ARGUMENTS)
        result = await task.wait_result(check_interval=poll, timeout=PATIENCE)
        check(result.return_value)

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        self._loop.run_until_complete(work)


def open_client() -> TaskiqClient:
    return TaskiqClient()
