"""`RateLimiter` in memory: the moving window of the library limits, for one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from ...domain.rate import Standing, Window
from .switch import Switch


class MemoryRateLimiter:
    """Counts by the process's own wall clock, in one event loop."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._storage = MemoryStorage()
        self._windows = MovingWindowRateLimiter(self._storage)
        self._lock = asyncio.Lock()

    async def take(
        self, caller: str, windows: Sequence[Window], *, cost: int = 1, later: int = 0
    ) -> list[Standing]:
        self._switch.check()
        items = [RateLimitItemPerSecond(one.amount, one.seconds) for one in windows]
        async with self._lock:
            found = [await self._windows.test(item, caller, cost=cost) for item in items]
            if all(found):
                for item in items:
                    await self._windows.hit(item, caller, cost=cost)
            return [
                await self._standing(item, caller, room=0 if fits else cost + later)
                for item, fits in zip(items, found, strict=True)
            ]

    async def _standing(self, item: RateLimitItemPerSecond, caller: str, *, room: int) -> Standing:
        """Where the caller stands; `room` is what has to become free, 0 where it was."""
        stats = await self._windows.get_window_stats(item, caller)
        window, now = Window(item.amount, item.get_expiry()), time.time()
        used = item.amount - stats.remaining
        reset = max(stats.reset_time - now, 0.001) if used else 0
        pause = self._until_room(item, caller, room, now=now) if room else 0
        return Standing(window, used, reset, pause)

    def _until_room(
        self, item: RateLimitItemPerSecond, caller: str, room: int, *, now: float
    ) -> float:
        taken = self._storage.events.get(item.key_for(caller), [])
        place = item.amount - room
        left = taken[place].atime + item.get_expiry() - now if place < len(taken) else 0
        return max(left, 0.001)
