"""`QuarantineRegister` and `Quarantines` on Redis.

The losses of a source are a sorted set, scored by when they were noticed, that ends with the
window. What is in force is a notice for each source.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from ...domain.quarantine import Loss, Quarantine, SourceName
from .commands import Plan, command
from .connection import RedisConnection
from .keyspace import Keyspace
from .notices import announce, in_force, withdrawal
from .record_codec import corrupt, milliseconds, moment, moment_ms


class RedisQuarantineRegister:
    """The worker's half."""

    def __init__(self, connection: RedisConnection, space: Keyspace) -> None:
        self._connection = connection
        self._space = space

    def note(self, loss: Loss, *, window: timedelta) -> list[Loss]:
        return self._connection.run(_note(self._space, loss, window))

    def impose(self, quarantine: Quarantine, *, keep: timedelta) -> None:
        self._connection.run(_impose(self._space, quarantine, keep))

    def in_force(self) -> list[Quarantine]:
        return self._connection.run(_in_force(self._space))


class RedisQuarantines:
    """The half of the API and of the operator."""

    def __init__(self, connection: RedisConnection, space: Keyspace) -> None:
        self._connection = connection
        self._space = space

    async def in_force(self) -> list[Quarantine]:
        return await self._connection.run_async(_in_force(self._space))

    async def lift(self, sources: Sequence[SourceName]) -> None:
        await self._connection.run_async(_lift(self._space, sources))


def _note(space: Keyspace, loss: Loss, window: timedelta) -> Plan[list[Loss]]:
    key, noticed = space.losses(loss.source), moment_ms(loss.noticed)
    *_, members = yield [
        # The first to notice an attempt's end is right.
        command("ZADD", key, "NX", noticed, f"{moment_ms(loss.began)}:{loss.key}:{loss.attempt}"),
        command("ZREMRANGEBYSCORE", key, "-inf", noticed - milliseconds(window)),
        command("PEXPIRE", key, milliseconds(window)),
        command("ZRANGE", key, 0, -1, "WITHSCORES"),
    ]
    return [_loss(key, loss.source, member, score) for member, score in members]


def _impose(space: Keyspace, quarantine: Quarantine, keep: timedelta) -> Plan[None]:
    source = quarantine.source
    facts = {
        "namespace": source.namespace,
        "digest": source.digest,
        "losses": quarantine.losses,
        "tasks": quarantine.tasks,
        "since": quarantine.since.isoformat(),
        "until": quarantine.until.isoformat(),
    }
    places, text = (space.quarantines, space.quarantine_facts), json.dumps(facts)
    yield from announce(*places, _field(source), text, keep=keep)


def _in_force(space: Keyspace) -> Plan[list[Quarantine]]:
    key = space.quarantine_facts
    texts = yield from in_force(key)
    shown = [_quarantine(key, text) for text in texts]
    return sorted(shown, key=lambda one: (one.source.namespace, one.source.digest))


def _lift(space: Keyspace, sources: Sequence[SourceName]) -> Plan[None]:
    if sources:
        fields = [_field(source) for source in sources]
        yield [
            *withdrawal(space.quarantines, space.quarantine_facts, fields),
            *(command("DEL", space.losses(source)) for source in sources),
        ]


def _field(source: SourceName) -> str:
    return f"{source.namespace}:{source.digest}"


def _quarantine(key: str, text: bytes) -> Quarantine:
    try:
        said = json.loads(text)
        source = SourceName(str(said["namespace"]), str(said["digest"]))
        since, until = (datetime.fromisoformat(said[name]) for name in ("since", "until"))
        return Quarantine(source, int(said["losses"]), int(said["tasks"]), since, until)
    except (ValueError, KeyError, TypeError):
        raise corrupt(key) from None


def _loss(key: str, source: SourceName, member: bytes, score: float) -> Loss:
    try:
        began, name, attempt = member.decode().split(":")
        return Loss(source, name, int(attempt), _moment(int(began)), _moment(int(score)))
    except ValueError:
        raise corrupt(key) from None


def _moment(ms: int) -> datetime:
    return moment(1000 * ms)
