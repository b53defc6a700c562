"""One of several processes that take all they can get of a limit; prints how much that was."""

from __future__ import annotations

import asyncio
import sys
import time

from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.rate_limiter import RedisRateLimiter
from fleeting.adapters.redis.url import parse
from fleeting.domain.rate import parse_windows

AT_ONCE = 8
PAUSE = 0.002
"""Seconds: hundreds of requests of each process in the shortest window, on a busy machine too."""


async def main(url: str, rate: str, seconds: float) -> None:
    """Take for so long from the moment that stands in the next line of the input."""
    connection = RedisConnection.to(parse(url))
    limiter, windows = RedisRateLimiter(connection, Keyspace()), parse_windows(rate)
    await limiter.take("warming up", windows)
    print("ready", flush=True)  # noqa: T201 - what the test waits for
    begin = float(sys.stdin.readline())
    await asyncio.sleep(begin - time.time())

    async def take() -> int:
        taken = 0
        while time.time() < begin + seconds:
            [*standings] = await limiter.take("ann", windows)
            taken += all(one.pause == 0 for one in standings)
            await asyncio.sleep(PAUSE)
        return taken

    print(sum(await asyncio.gather(*(take() for _ in range(AT_ONCE)))))  # noqa: T201 - its answer
    await connection.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
