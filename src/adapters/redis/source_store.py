"""`SourceWriter` and `SourceReader` on Redis."""

from __future__ import annotations

from datetime import timedelta

from .commands import Plan, command
from .connection import RedisConnection
from .keyspace import Keyspace
from .record_codec import corrupt, milliseconds
from .scripts import script


class RedisSourceWriter:
    """The API's half."""

    def __init__(self, connection: RedisConnection, space: Keyspace) -> None:
        self._connection = connection
        self._space = space

    async def put(self, digest: str, source: str, *, keep: timedelta) -> None:
        await self._connection.run_async(_put(self._space, digest, source, keep))

    async def get(self, digest: str) -> str | None:
        return await self._connection.run_async(_get(self._space, digest))


class RedisSourceReader:
    """The worker's half."""

    def __init__(self, connection: RedisConnection, space: Keyspace) -> None:
        self._connection = connection
        self._space = space

    def get(self, digest: str) -> str | None:
        return self._connection.run(_get(self._space, digest))


def _put(space: Keyspace, digest: str, source: str, keep: timedelta) -> Plan[None]:
    key = space.source(digest)
    yield [script("keep").call([key], source.encode(), milliseconds(keep))]


def _get(space: Keyspace, digest: str) -> Plan[str | None]:
    key = space.source(digest)
    [text] = yield [command("GET", key)]
    if text is None:
        return None
    try:
        source: str = text.decode()
    except UnicodeDecodeError:
        raise corrupt(key) from None
    return source
