"""`SupportsPing` on Redis."""

from __future__ import annotations

from .commands import Plan
from .connection import RedisConnection
from .holds import sign_of_life
from .keyspace import Keyspace


class RedisHealth:
    """Asks with a reading command, since PING is a right that a mere reader may lack."""

    def __init__(self, connection: RedisConnection, space: Keyspace) -> None:
        self._connection = connection
        self._space = space

    async def ping(self) -> None:
        await self._connection.run_async(_ask(self._space))


def _ask(space: Keyspace) -> Plan[None]:
    yield [sign_of_life(space)]
