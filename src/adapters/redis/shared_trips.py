"""One round trip for what several callers have to say to the same server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from .commands import Command, Reply

Send = Callable[[Sequence[Command]], Awaitable[list[Reply]]]

_AT_A_TIME: Final = 2
"""Round trips under way: while one is waited for, the commands of the next can be written."""

_FULL: Final = 1_000
"""Commands in one trip; further ones take the next, so that nobody waits for a whole batch more."""


@dataclass(slots=True, eq=False)
class _Trip:
    commands: list[Command] = field(default_factory=list)
    replies: asyncio.Task[list[Reply]] = field(init=False)


class SharedTrips:
    """Sends commands of callers who come while a round trip is under way together with the next.

    Under load the number of round trips is bounded by their duration, and not by the number of
    callers; a caller who is alone waits for nobody. For short commands only: a blocking one would
    hold up all. Use an instance from one event loop only.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._turns = asyncio.Semaphore(_AT_A_TIME)
        self._waiting: _Trip | None = None

    async def __call__(self, commands: Sequence[Command]) -> list[Reply]:
        """The replies to `commands`, in their order; raises what the whole trip failed with."""
        trip = self._waiting or self._begin()
        start = len(trip.commands)
        trip.commands += commands
        if len(trip.commands) >= _FULL:
            self._waiting = None
        # One who gives up must not take the others' replies with him.
        replies = await asyncio.shield(trip.replies)
        return replies[start : start + len(commands)]

    def _begin(self) -> _Trip:
        trip = self._waiting = _Trip()
        trip.replies = asyncio.create_task(self._carry(trip))
        return trip

    async def _carry(self, trip: _Trip) -> list[Reply]:
        async with self._turns:
            if self._waiting is trip:
                self._waiting = None
            return await self._send(trip.commands)
