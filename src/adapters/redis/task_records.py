"""`TaskRecords` on Redis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ...domain.change import Change, Refused, Snapshot, Swapped
from ...domain.result import Status
from ...domain.result_key import Address
from ...domain.usage import Usage
from ...ports.task_queue import Letter
from ...ports.task_records import Reservation
from . import changes
from .changes import Layout
from .commands import Command, Plan, command
from .connection import RedisConnection
from .keyspace import Keyspace, member_of
from .lists import Removal, rank
from .record_codec import corrupt, milliseconds, stored_at
from .scripts import script
from .usage import usage


class RedisTaskRecords:
    """The API's half."""

    def __init__(self, connection: RedisConnection, layout: Layout) -> None:
        self._connection = connection
        self._layout = layout

    async def store(self, changes_: Sequence[Change]) -> list[Swapped | Refused]:
        return await self._connection.run_async(changes.store(self._layout, changes_), shared=True)

    async def request_cancel(self, address: Address) -> Snapshot:
        return await self._connection.run_async(_request_cancel(self._layout.space, address))

    async def discard(
        self, addresses: Sequence[Address], reservations: Sequence[Reservation] = ()
    ) -> None:
        plan = _discard(self._layout, addresses, reservations)
        await self._connection.run_async(plan)

    async def reserve(self, wanted: Sequence[Reservation], keep: timedelta) -> list[Reservation]:
        return await self._connection.run_async(
            _reserve(self._layout.space, wanted, keep), shared=True
        )

    async def open_count(self) -> int:
        return await self._connection.run_async(_open_count(self._layout.space))

    async def usage(self, namespace: str) -> Usage:
        return await self._connection.run_async(usage(self._layout.space, namespace))


class PostingTaskRecords(RedisTaskRecords):
    """The same on one server, which can put messages into its queues, too."""

    async def store_and_post(self, change: Change, letter: Letter) -> Swapped | Refused:
        plan = changes.store(self._layout, [change], letter=letter)
        [told] = await self._connection.run_async(plan, shared=True)
        return told


def _open_count(space: Keyspace) -> Plan[int]:
    [count] = yield [command("ZCARD", space.open_tasks)]
    return int(count)


def _request_cancel(space: Keyspace, address: Address) -> Plan[Snapshot]:
    """Mark, then signal: a worker that is woken by the signal finds the mark."""
    key = space.record(address)
    [reply] = yield [script("cancel").call([key])]
    if reply[0]:
        yield [Command(space.cancellations, ("PUBLISH", space.cancellations, member_of(address)))]
    return stored_at(address, key, reply).snapshot


def _discard(
    layout: Layout, addresses: Sequence[Address], reservations: Sequence[Reservation]
) -> Plan[None]:
    """Remove records that are still queued, their entries, and reservations that name them.

    Entries follow in a trip of their own, as those of a task that was claimed must stay.
    """
    space = layout.space
    commands = [
        *(script("discard").call([space.record(address)]) for address in addresses),
        *(_release(space, reservation) for reservation in reservations),
    ]
    if not commands:
        return
    replies = yield commands
    first = rank(f"{Status.QUEUED}:0")
    gone = [address for address, is_gone in zip(addresses, replies, strict=False) if is_gone]
    if gone:
        yield layout.place([Removal(address, first) for address in gone])


def _release(space: Keyspace, reservation: Reservation) -> Command:
    key = space.reservation(reservation.namespace, reservation.name)
    return script("release").call([key], reservation.key)


def _reserve(
    space: Keyspace, wanted: Sequence[Reservation], keep: timedelta
) -> Plan[list[Reservation]]:
    """Write where nothing is, then read what is there: in that order, the first one wins."""
    if not wanted:
        return []
    keys = [space.reservation(one.namespace, one.name) for one in wanted]
    life = milliseconds(keep)
    replies = yield [
        word
        for key, one in zip(keys, wanted, strict=True)
        for word in (
            command("SET", key, f"{one.key} {one.request_digest}", "NX", "PX", life),
            command("GET", key),
        )
    ]
    return [
        _reservation(one, key, text)
        for one, key, text in zip(wanted, keys, replies[1::2], strict=True)
    ]


def _reservation(wanted: Reservation, key: str, text: bytes | None) -> Reservation:
    if text is None:
        # An older one ended between the two commands: nobody else holds the name.
        return wanted
    task, _, request = text.decode("utf-8", "replace").partition(" ")
    if not task or not request:
        raise corrupt(key)
    return Reservation(wanted.namespace, wanted.name, task, request)
