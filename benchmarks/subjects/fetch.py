"""Reading all values of a function from Redis: through fleeting's port, and bare."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import redis.asyncio
import uvloop

from fleeting.entrypoints.adapters import result_store
from fleeting.ports.bundles import StoreOptions
from fleeting.ports.result_store import Slice

from ..child import BenchmarkError
from ..measure import WARM_UP, Figures, in_milliseconds
from .quotes import COUNT, FUNCTION

Fetch = Callable[[], Awaitable[list[bytes]]]

_MAX_BYTES: Final = 64 * 1024 * 1024


def through_port(url: str, samples: int) -> Figures:
    """`ResultReader.values`, as the API uses it."""
    return uvloop.run(_through_port(url, samples))


def bare(url: str, samples: int) -> Figures:
    """ZRANGE and MGET, sent by redis-py."""
    return uvloop.run(_bare(url, samples))


async def fetch_all(client: redis.asyncio.Redis) -> list[bytes]:
    """The values of the function with the fewest lines that redis-py allows."""
    now = int(time.time() * 1000)
    keys: Any = await client.zrange(f"{{{FUNCTION}}}:live", now, "+inf", byscore=True)
    values: Any = await client.mget(sorted(keys))
    return [value for value in values if value is not None]


async def _through_port(url: str, samples: int) -> Figures:
    adapter = result_store(url, StoreOptions())

    async def fetch() -> list[bytes]:
        values = await adapter.reader.values("", FUNCTION, Slice(), max_bytes=_MAX_BYTES)
        return [one.value for one in values]

    try:
        return await _figures(fetch, samples)
    finally:
        await adapter.aclose()


async def _bare(url: str, samples: int) -> Figures:
    async with redis.asyncio.Redis.from_url(url) as client:
        return await _figures(lambda: fetch_all(client), samples)


async def _figures(fetch: Fetch, samples: int) -> Figures:
    for _ in range(WARM_UP):
        if len(found := await fetch()) != COUNT:
            raise BenchmarkError(f"{len(found)} values were read instead of {COUNT}")
    cpu = time.process_time()
    times = [await _timed(fetch) for _ in range(samples)]
    return {
        "cpu_us_per_call": (time.process_time() - cpu) / samples * 1e6,
        **in_milliseconds(times),
    }


async def _timed(fetch: Fetch) -> float:
    began = time.perf_counter()
    await fetch()
    return time.perf_counter() - began
