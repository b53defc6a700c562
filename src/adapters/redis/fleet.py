"""`FleetRegister` and `Fleet` on Redis: each worker's facts are a notice."""

from __future__ import annotations

from datetime import timedelta

from pydantic import ValidationError

from ...domain.worker_facts import WorkerFacts
from .commands import Plan
from .connection import RedisConnection
from .keyspace import Keyspace
from .notices import announce, in_force, withdrawal
from .record_codec import corrupt


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
    text = facts.model_dump_json()
    yield from announce(space.workers, space.worker_facts, facts.worker, text, keep=keep)


def _withdraw(space: Keyspace, worker: str) -> Plan[None]:
    yield withdrawal(space.workers, space.worker_facts, [worker])


def _workers(space: Keyspace) -> Plan[list[WorkerFacts]]:
    key = space.worker_facts
    texts = yield from in_force(key)
    return sorted([_read(key, text) for text in texts], key=lambda one: one.worker)


def _read(key: str, text: bytes) -> WorkerFacts:
    try:
        return WorkerFacts.model_validate_json(text)
    except ValidationError:
        raise corrupt(key) from None
