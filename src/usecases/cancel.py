"""End a task before it ends by itself."""

from __future__ import annotations

from ..domain.change import Refused, Snapshot, transition
from ..domain.claim import cancelled_error
from ..domain.errors import AlreadyFinished, ResultGone
from ..domain.result import Record, Status
from ..domain.result_key import Address
from ..ports.task_records import TaskRecords


class CancelTask:
    """Cancels a queued task at once; tells the worker of a running one to stop it."""

    def __init__(self, *, records: TaskRecords) -> None:
        self._records = records

    async def __call__(self, address: Address) -> Record:
        """Returns the record: cancelled, or running with `cancel_requested` set.

        Raises:
            ResultGone: nothing is left under that key.
            AlreadyFinished: the task has ended.
            PortError: the store does not answer.
        """
        while True:
            snapshot = await self._records.request_cancel(address)
            record = _open_record(snapshot)
            if record.status is Status.RUNNING:
                return record.model_copy(update={"cancel_requested": True})
            ended = record.cancelled(at=snapshot.at, error=cancelled_error())
            [outcome] = await self._records.store([transition(record, ended, now=snapshot.at)])
            if not isinstance(outcome, Refused):
                return ended
            stored = outcome.snapshot.record
            if stored is not None and stored.status is Status.CANCELLED:
                # A worker has seen the mark and was quicker.
                return stored
            # A worker has claimed it in between, which it can do only max_attempts times.


def _open_record(snapshot: Snapshot) -> Record:
    record = snapshot.record
    if record is None:
        raise ResultGone(f"nothing is left of {snapshot.address.key}: it has expired, or never was")
    if record.status.is_final:
        raise AlreadyFinished(f"{record.key} has already ended as {record.status}")
    return record
