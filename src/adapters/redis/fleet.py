"""`FleetRegister` and `Fleet` on Redis: a hash of all workers, and an index by expiry to trim it.

Both lie in one slot. Who reads takes the hash and the server's time in one round trip, because
fields of a hash do not expire by themselves on the oldest servers that fleeting runs on.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import ValidationError

from ...domain.worker_facts import WorkerFacts
from .commands import Command, Plan, command
from .connection import RedisConnection
from .keyspace import Keyspace
from .record_codec import corrupt, milliseconds
from .scripts import script


class RedisFleetRegister:
    """The worker's half."""

    def __init__(self, connection: RedisConnection, space: Keyspace) -> None:
        self._connection = connection
        self._space = space

    def announce(self, facts: WorkerFacts, *, keep: timedelta) -> None:
        self._connection.run(_announce(self._space, facts, keep))

    def withdraw(self, worker: str) -> None:
        self._connection.run(_withdraw(self._space, worker))


class RedisFleet:
    """The API's half."""

    def __init__(self, connection: RedisConnection, space: Keyspace) -> None:
        self._connection = connection
        self._space = space

    async def workers(self) -> list[WorkerFacts]:
        return await self._connection.run_async(_workers(self._space))


def _announce(space: Keyspace, facts: WorkerFacts, keep: timedelta) -> Plan[None]:
    keys = [space.workers, space.worker_facts]
    text = facts.model_dump_json()
    yield [script("announce").call(keys, facts.worker, milliseconds(keep), text)]


def _withdraw(space: Keyspace, worker: str) -> Plan[None]:
    yield [command("HDEL", space.worker_facts, worker), command("ZREM", space.workers, worker)]


def _workers(space: Keyspace) -> Plan[list[WorkerFacts]]:
    key = space.worker_facts
    found, (seconds, micros) = yield [command("HGETALL", key), Command(key, ("TIME",))]
    now = int(seconds) * 1000 + int(micros) // 1000
    shown = [_read(key, text) for text in found.values()]
    return sorted((one for expires, one in shown if expires > now), key=lambda one: one.worker)


def _read(key: str, text: bytes) -> tuple[int, WorkerFacts]:
    expires, _, facts = text.partition(b" ")
    try:
        return int(expires), WorkerFacts.model_validate_json(facts)
    except (ValueError, ValidationError):
        raise corrupt(key) from None
