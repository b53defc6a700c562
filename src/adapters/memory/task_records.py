"""`TaskRecords` in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ...domain.change import Change, Refused, Snapshot, Swapped
from ...domain.result import Status
from ...domain.result_key import Address
from ...domain.usage import Usage
from ...ports.task_records import Reservation
from .cells import snapshot
from .store import MemoryStore


class MemoryTaskRecords:
    """The API's half."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._reserved: dict[tuple[str, str], tuple[Reservation, datetime]] = {}

    async def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        self._store.switch.check()
        with self._store.lock:
            return [self._store.swap(change) for change in changes]

    async def open_count(self) -> int:
        self._store.switch.check()
        with self._store.lock:
            return len(self._store.deadlines)

    async def usage(self, namespace: str) -> Usage:
        self._store.switch.check()
        with self._store.lock:
            return self._store.usage(namespace)

    async def request_cancel(self, address: Address) -> Snapshot:
        self._store.switch.check()
        with self._store.lock:
            cell = self._store.cell(address)
            if cell is not None and not cell.status.is_final:
                cell.cancel_requested = True
                self._store.signals.send(address)
            return snapshot(address, cell, at=self._store.now())

    async def discard(
        self, addresses: Sequence[Address], reservations: Sequence[Reservation] = ()
    ) -> None:
        self._store.switch.check()
        with self._store.lock:
            for address in addresses:
                cell = self._store.cell(address)
                if cell is not None and cell.status is Status.QUEUED:
                    self._store.drop(address)
            for reservation in reservations:
                found = self._in_force(reservation)
                if found is not None and found.key == reservation.key:
                    del self._reserved[reservation.namespace, reservation.name]

    async def reserve(self, wanted: Sequence[Reservation], keep: timedelta) -> list[Reservation]:
        self._store.switch.check()
        with self._store.lock:
            self._forget_expired()
            return [self._reserve(reservation, keep) for reservation in wanted]

    def _reserve(self, wanted: Reservation, keep: timedelta) -> Reservation:
        found = self._in_force(wanted)
        if found is not None:
            return found
        expires = self._store.now() + keep
        self._reserved[wanted.namespace, wanted.name] = (wanted, expires)
        return wanted

    def _in_force(self, wanted: Reservation) -> Reservation | None:
        found, expires = self._reserved.get((wanted.namespace, wanted.name), (None, None))
        return None if expires is None or expires <= self._store.now() else found

    def _forget_expired(self) -> None:
        now = self._store.now()
        self._reserved = {n: kept for n, kept in self._reserved.items() if kept[1] > now}
