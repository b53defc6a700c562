"""One read for all who ask the same at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Overlapping(Generic[K, T]):
    """Makes one read of equal ones that overlap.

    Nobody is answered with what was read before he asked: who comes while a read is under way
    waits for the next one, together with all who come meanwhile. So the answers are as fresh as
    with a read of one's own, and under load their number is bounded by how long one takes. Use an
    instance from one event loop only.
    """

    def __init__(self, read: Callable[[K], Awaitable[T]]) -> None:
        self._read = read
        self._under_way: dict[K, asyncio.Task[T]] = {}
        self._next: dict[K, asyncio.Task[T]] = {}

    async def __call__(self, what: K) -> T:
        """What a read of `what` that begins from here on gives, or raises."""
        joined = self._next.get(what)
        if joined is None:
            joined = self._next[what] = asyncio.create_task(self._read_next(what))
        # One who gives up must not take the answer from the others.
        return await asyncio.shield(joined)

    async def _read_next(self, what: K) -> T:
        before = self._under_way.get(what)
        if before is not None:
            await asyncio.wait([before])
        self._under_way[what] = self._next.pop(what)
        try:
            return await self._read(what)
        finally:
            del self._under_way[what]
