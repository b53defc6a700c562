"""`RateLimiter` on Redis: the moving window of the library limits, over this package's connection.

The library's own storage asks one window at a time, by the clock of whoever asks, and opens
connections of its own. Here its script is called by another one, which takes all windows of a
caller in one step, by the clock of Redis.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Final

from limits.util import get_package_data

from ...domain.rate import Standing, Window
from .commands import Plan
from .connection import RedisConnection
from .keyspace import Keyspace
from .scripts import Script, script

_LIBRARY: Final = "resources/redis/lua_scripts"


class RedisRateLimiter:
    """Counts for every process that shares the Redis."""

    def __init__(self, connection: RedisConnection, space: Keyspace) -> None:
        self._connection = connection
        self._space = space

    async def take(
        self, caller: str, windows: Sequence[Window], *, cost: int = 1, later: int = 0
    ) -> list[Standing]:
        plan = _take(self._space, caller, windows, cost, later)
        return await self._connection.run_async(plan, shared=True)


def _take(
    space: Keyspace, caller: str, windows: Sequence[Window], cost: int, later: int
) -> Plan[list[Standing]]:
    keys = [space.rate(caller, window.seconds) for window in windows]
    words = [word for window in windows for word in (window.amount, window.seconds)]
    [answers] = yield [taking().call(keys, cost, later, *words)]
    return [
        Standing(window, used, reset_ms / 1000, pause_ms / 1000)
        for window, (used, reset_ms, pause_ms) in zip(windows, answers, strict=True)
    ]


@cache
def taking() -> Script:
    """The script, with that of the library as a function in it."""
    parts = (
        script("clock").text,
        _function("acquire", "acquire_moving_window.lua"),
        script("rate").text,
    )
    text = "\n".join(parts)
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _function(name: str, file: str) -> str:
    body = get_package_data(f"{_LIBRARY}/{file}").decode()
    return f"local function {name}(KEYS, ARGV)\n{body}\nend"
