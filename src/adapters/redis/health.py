"""`SupportsPing` and `SupportsDiagnosis` on Redis."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ...domain.errors import StoreDenied
from ...ports.health import Diagnosis
from .commands import Command, Plan
from .connection import RedisConnection
from .diagnosis import diagnose
from .holds import sign_of_life
from .keyspace import Keyspace

_SAMPLES: Final = 20
"""Round trips timed for a diagnosis: enough for a median, over in a moment."""


class RedisHealth:
    """Asks with a reading command, since PING is a right that a mere reader may lack."""

    def __init__(self, connection: RedisConnection, space: Keyspace) -> None:
        self._connection = connection
        self._space = space

    async def ping(self) -> None:
        await self._connection.run_async(_ask(self._space))

    async def diagnose(self) -> Sequence[Diagnosis]:
        await self.ping()
        times = [await self._round_trip_ms() for _ in range(_SAMPLES)]
        try:
            info = await self._connection.run_async(_info(self._space))
        except StoreDenied:
            missing = "this user may not ask for INFO: grant +info, or ask who runs the server"
            return [Diagnosis("server", "warning", missing)]
        more = {**await self._if_permitted(_appendfsync), **await self._if_permitted(_default_user)}
        return list(diagnose({**info, **more}, times))

    async def _round_trip_ms(self) -> float:
        started = time.perf_counter()
        await self.ping()
        return (time.perf_counter() - started) * 1000

    async def _if_permitted(
        self, look: Callable[[Keyspace], Plan[Mapping[str, str]]]
    ) -> Mapping[str, str]:
        try:
            return await self._connection.run_async(look(self._space))
        except StoreDenied:
            return {}


def _ask(space: Keyspace) -> Plan[None]:
    yield [sign_of_life(space)]


def _info(space: Keyspace) -> Plan[Mapping[str, str]]:
    [reply] = yield [Command(space.open_tasks, ("INFO", "everything"))]
    return {str(name): str(value) for name, value in reply.items()}


def _appendfsync(space: Keyspace) -> Plan[Mapping[str, str]]:
    [reply] = yield [Command(space.open_tasks, ("CONFIG", "GET", "appendfsync"))]
    return {f"config:{_text(name)}": _text(value) for name, value in dict(reply).items()}


def _default_user(space: Keyspace) -> Plan[Mapping[str, str]]:
    [reply] = yield [Command(space.open_tasks, ("ACL", "GETUSER", "default"))]
    facts = {_text(name): value for name, value in dict(reply or {}).items()}
    return {"acl:default": _text(facts.get("commands", ""))}


def _text(word: object) -> str:
    return word.decode() if isinstance(word, bytes) else str(word)
