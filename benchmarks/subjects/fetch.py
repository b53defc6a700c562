"""Reading all values of a function from Redis: through fleeting's port, and bare."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import redis.asyncio
import uvloop

from fleeting.entrypoints.adapters import result_store
from fleeting.ports.bundles import StoreOptions
from fleeting.ports.result_store import Slice

from ..child import BenchmarkError
from ..measure import WARM_UP, Figures, in_milliseconds
from .quotes import function

Fetch = Callable[[], Awaitable[list[bytes]]]

_NEVER: Final = {"calls": 0}

_MAX_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reads:
    """Which values are read, and how often."""

    url: str
    count: int
    samples: int
    seconds: float
    """The longest that the samples take."""


def through_port(reads: Reads) -> Figures:
    """`ResultReader.values`, as the API uses it; also the commands that Redis gets for it."""
    return uvloop.run(_through_port(reads))


def bare(reads: Reads) -> Figures:
    """ZRANGE and MGET, sent by redis-py."""
    return uvloop.run(_bare(reads))


async def fetch_all(client: redis.asyncio.Redis, name: str) -> list[bytes]:
    """The values of a function with the fewest lines that redis-py allows."""
    now = int(time.time() * 1000)
    keys: Any = await client.zrange(f"{{{name}}}:live", now, "+inf", byscore=True)
    values: Any = await client.mget(sorted(keys))
    return [value for value in values if value is not None]


async def _through_port(reads: Reads) -> Figures:
    adapter = result_store(reads.url, StoreOptions())
    name = function(reads.count)

    async def fetch() -> list[bytes]:
        values = await adapter.reader.values("", name, Slice(), max_bytes=_MAX_BYTES)
        return [one.value for one in values]

    try:
        figures = await _figures(fetch, reads)
        return figures | await _commands(fetch, reads.url)
    finally:
        await adapter.aclose()


async def _bare(reads: Reads) -> Figures:
    name = function(reads.count)
    async with redis.asyncio.Redis.from_url(reads.url) as client:
        return await _figures(lambda: fetch_all(client, name), reads)


async def _figures(fetch: Fetch, reads: Reads) -> dict[str, float]:
    for _ in range(WARM_UP):
        if (found := len(await fetch())) != reads.count:
            raise BenchmarkError(f"{found} values were read instead of {reads.count}")
    cpu, until = time.process_time(), time.perf_counter() + reads.seconds
    times: list[float] = []
    while len(times) < reads.samples and (not times or time.perf_counter() < until):
        times.append(await _timed(fetch))
    return {
        "cpu_us_per_call": (time.process_time() - cpu) / len(times) * 1e6,
        **in_milliseconds(times),
    }


async def _commands(fetch: Fetch, url: str) -> dict[str, float]:
    """How often Redis was asked for what by one fetch on connections that are open."""
    async with redis.asyncio.Redis.from_url(url) as client:
        before: Any = await client.info("commandstats")
        await fetch()
        after: Any = await client.info("commandstats")
    calls = {
        name.removeprefix("cmdstat_"): after[name]["calls"] - before.get(name, _NEVER)["calls"]
        for name in after
    }
    made = {name: count for name, count in calls.items() if count and name != "info"}
    single = {f"redis_{name}": float(count) for name, count in made.items()}
    return {"redis_commands": float(sum(made.values())), **single}


async def _timed(fetch: Fetch) -> float:
    began = time.perf_counter()
    await fetch()
    return time.perf_counter() - began
