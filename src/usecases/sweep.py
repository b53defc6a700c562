"""Give every task an end, also those whose message or worker is gone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from ..domain.change import Change, Snapshot, Swapped, transition
from ..domain.claim import overdue_error
from ..domain.errors import StoreCorrupt
from ..domain.result_key import Address
from ..ports.result_store import OpenTasks, ResultWriter

_log: Final = logging.getLogger(__name__)

_BATCH: Final = 500
"""Tasks looked at in one sweep: bounds its time, and the next sweep follows soon."""


class SweepOverdue:
    """Ends overdue tasks as lost; safe to run in every worker at once."""

    def __init__(self, *, writer: ResultWriter, open_tasks: OpenTasks) -> None:
        self._writer = writer
        self._open_tasks = open_tasks

    def __call__(self) -> int:
        """Returns how many tasks were ended.

        Raises:
            PortError: the store does not answer.
        """
        addresses = self._open_tasks.overdue(limit=_BATCH)
        if not addresses:
            return 0
        snapshots = self._load(addresses)
        still_open = {s.address for s in snapshots if _is_open(s)}
        if done_with := [address for address in addresses if address not in still_open]:
            self._open_tasks.forget(done_with)
        changes = [change for snapshot in snapshots if (change := _ended(snapshot)) is not None]
        return sum(isinstance(told, Swapped) for told in self._writer.store(changes))

    def _load(self, addresses: Sequence[Address]) -> list[Snapshot]:
        try:
            return self._writer.load(addresses)
        except StoreCorrupt:
            # One by one, so that a record that cannot be read holds up no other task's end.
            return [snapshot for address in addresses for snapshot in self._load_one(address)]

    def _load_one(self, address: Address) -> list[Snapshot]:
        try:
            return self._writer.load([address])
        except StoreCorrupt as exc:
            _log.error("an overdue task is left as it is: %s", exc)
            return []


def _is_open(snapshot: Snapshot) -> bool:
    return snapshot.record is not None and not snapshot.record.status.is_final


def _ended(snapshot: Snapshot) -> Change | None:
    record = snapshot.record
    if record is None or not record.is_overdue(snapshot.at):
        return None
    lost = record.lost(at=snapshot.at, error=overdue_error())
    return transition(record, lost, now=snapshot.at)
