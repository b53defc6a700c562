"""`EventFeed` on Redis: a blocking reader of a stream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from ...domain.event import Event
from .announcements import START, check_position, event_of
from .commands import Command, Plan, command
from .connection import RedisConnection
from .keyspace import Keyspace

BLOCK: Final = timedelta(seconds=2)
"""How long one read waits in Redis at most. A wait is cut into such pieces, because a connection
that says nothing for its `socket_timeout` (5 s) counts as broken: so a broken one is noticed."""


class RedisEventFeed:
    """Follows announcements; while it waits it has a connection of its own from the pool."""

    def __init__(
        self, connection: RedisConnection, space: Keyspace, block: timedelta = BLOCK
    ) -> None:
        self._connection = connection
        self._space = space
        self._block = block

    async def latest(self, namespace: str) -> str:
        return await self._connection.run_async(_latest(self._space, namespace))

    async def read(
        self, namespace: str, after: str, *, wait: timedelta, limit: int
    ) -> Sequence[Event]:
        position, loop = check_position(after), asyncio.get_running_loop()
        end = loop.time() + wait.total_seconds()
        while True:
            left = timedelta(seconds=end - loop.time())
            plan = _read(self._space, namespace, position, min(left, self._block), limit)
            events = await self._connection.run_async(plan)
            if events or loop.time() >= end:
                return events


def _latest(space: Keyspace, namespace: str) -> Plan[str]:
    [found] = yield [command("XREVRANGE", space.events(namespace), "+", "-", "COUNT", 1)]
    return found[0][0].decode() if found else START


def _read(
    space: Keyspace, namespace: str, after: str, block: timedelta, limit: int
) -> Plan[list[Event]]:
    key = space.events(namespace)
    milliseconds = block // timedelta(milliseconds=1)
    # BLOCK 0 would wait for ever.
    waiting = ("BLOCK", milliseconds) if milliseconds > 0 else ()
    words = ("XREAD", "COUNT", limit, *waiting, "STREAMS", key, after)
    [reply] = yield [Command(key, words)]
    # RESP3: streams by name, the entries of each in a list of one.
    entries = reply[key.encode()][0] if reply else []
    return [event_of(space, namespace, *entry) for entry in entries]
