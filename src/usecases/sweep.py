"""Give every task an end, also those whose message or worker is gone."""

from __future__ import annotations

from typing import Final

from ..domain.change import Change, Snapshot, transition
from ..domain.claim import overdue_error
from ..ports.result_store import OpenTasks, ResultWriter

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
        snapshots = self._writer.load(addresses)
        changes = [change for snapshot in snapshots if (change := _ended(snapshot)) is not None]
        self._open_tasks.forget([s.address for s in snapshots if _is_closed(s)])
        self._writer.store(changes)
        return len(changes)


def _is_closed(snapshot: Snapshot) -> bool:
    return snapshot.record is None or snapshot.record.status.is_final


def _ended(snapshot: Snapshot) -> Change | None:
    record = snapshot.record
    if record is None or not record.is_overdue(snapshot.at):
        return None
    lost = record.lost(at=snapshot.at, error=overdue_error())
    return transition(record, lost, now=snapshot.at)
