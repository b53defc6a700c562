"""What becomes of a run whose process was ended from outside, where somebody has seen it."""

from __future__ import annotations

from typing import Literal

from .change import Change, Hold, Snapshot, transition
from .claim import cancelled_error
from .errors import RunTimedOut
from .outcome import ErrorInfo
from .result import Record, Status

Cause = Literal["lost", "cancelled", "timed_out"]
"""Why the process is no more: nobody asked for it, it was to end this run, or a limit was up."""


def decide_burial(snapshot: Snapshot, *, worker: str, cause: Cause) -> Change | Hold | None:
    """Decide what is left to do about a run.

    Args:
        snapshot: what the store holds of its task.
        worker: the process that is gone, as its claims name it.
        cause: why.

    Returns:
        The change that ends the task, the claim to let go of so that the next attempt can begin, or
        None: the process held no claim on it any more.
    """
    record = snapshot.record
    if record is None or record.status is not Status.RUNNING or not _is_claimed_by(worker, record):
        return None
    if cause == "lost":
        return Hold(record.address, record.version)
    return transition(record, _ended(record, snapshot, cause), now=snapshot.at)


def _is_claimed_by(worker: str, record: Record) -> bool:
    """Claims of one process differ in what follows the last colon of their names."""
    return record.worker.rpartition(":")[0] == worker


def _ended(record: Record, snapshot: Snapshot, cause: Cause) -> Record:
    if cause == "cancelled":
        return record.cancelled(at=snapshot.at, error=cancelled_error())
    error = ErrorInfo(
        code=RunTimedOut.code,
        message="the time limit of the message was up, and its process was ended: allow more, or "
        "set timeout_seconds, which ends the run alone",
    )
    return record.failed(at=snapshot.at, error=error)
