"""Who may run a task next: the decision of one worker about one delivered message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .change import Change, Snapshot, opening, transition
from .errors import RunCancelled, TaskLost
from .outcome import ErrorInfo
from .quarantine import Quarantine, quarantined
from .replay import forgotten_error, is_forgotten, until_due
from .result import Record, Status, record_of
from .task import Task


@dataclass(frozen=True, slots=True)
class Run:
    """Claim the next attempt with this change, then run it."""

    change: Change


@dataclass(frozen=True, slots=True)
class End:
    """Nothing may run any more: end the task with this change."""

    change: Change


@dataclass(frozen=True, slots=True)
class Drop:
    """The task has ended: the message is a duplicate."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody else may be running it: ask again after this time."""

    delay: timedelta


Decision = Run | End | Drop | Wait


def decide_claim(
    snapshot: Snapshot,
    task: Task,
    *,
    worker: str,
    lease: timedelta,
    served: timedelta,
    quarantine: Quarantine | None = None,
) -> Decision:
    """Decide what a worker does with a delivered message.

    Args:
        snapshot: what the store holds, at the store's own time.
        task: what the message says; it makes the record where there is none.
        worker: name of the asking worker.
        lease: how long a claim is valid without a heartbeat.
        served: how long the store has answered this worker without a break. After an outage
            nobody could send heartbeats, so a stale lease proves nothing until one full lease
            of uninterrupted service has passed. One that was let go of needs no proof.
        quarantine: of the task's source, as far as this worker knows.
    """
    stored = snapshot.record
    record = stored or record_of(task)
    if record.status.is_final:
        return Drop()
    if stored is None and task.signer:
        if (wait := until_due(task, snapshot.at)) is not None:
            return Wait(wait)
        if is_forgotten(task, snapshot.at):
            return End(
                _change(None, record.lost(at=snapshot.at, error=forgotten_error()), snapshot)
            )
    left = _still_held(snapshot, lease, served)
    if record.status is Status.RUNNING and left > timedelta(0):
        return Wait(left)
    if (ended := _ended(record, snapshot, task, quarantine)) is not None:
        return End(_change(stored, ended, snapshot))
    running = record.running(at=snapshot.at, worker=worker)
    return Run(_change(stored, running, snapshot, lease=lease))


def presume_claim(task: Task, *, at: datetime, worker: str, lease: timedelta) -> Change | None:
    """Claim a task without looking, in the belief that it is as its submission left it.

    The store refuses the change where that is wrong, and shows what is stored for
    `decide_claim`. So most claims take one round trip, and any number of them together.

    Args:
        task: what the message says.
        at: the store's time, as far as it is known.
        worker: name of the asking worker.
        lease: how long a claim is valid without a heartbeat.

    Returns:
        The change, or None where looking is surely needed.
    """
    record = record_of(task)
    if record.is_overdue(at):
        return None
    return Change(
        record=record.running(at=at, worker=worker),
        expected=record.version,
        unless_cancelled=True,
        lease=lease,
        keep=record.keep_until - at,
    )


def _still_held(snapshot: Snapshot, lease: timedelta, served: timedelta) -> timedelta:
    """How long the claim of a running attempt may still be alive; not positive: it is dead."""
    if snapshot.lease_left is None:
        return timedelta(0)
    return max(snapshot.lease_left, lease - served)


def _ended(
    record: Record, snapshot: Snapshot, task: Task, quarantine: Quarantine | None
) -> Record | None:
    at = snapshot.at
    if snapshot.cancel_requested:
        return record.cancelled(at=at, error=cancelled_error())
    if record.is_overdue(at):
        return record.lost(at=at, error=overdue_error())
    if quarantine is not None and at < quarantine.until:
        return record.failed(at=at, error=ErrorInfo.of(quarantined(quarantine)))
    if record.runs >= record.max_attempts:
        return record.lost(at=at, error=exhausted_error(record.runs))
    if record.status is Status.RUNNING and "worker_lost" not in task.retry_on:
        return record.lost(at=at, error=unrepeatable_error())
    return None


def _change(
    stored: Record | None, new: Record, snapshot: Snapshot, *, lease: timedelta | None = None
) -> Change:
    if stored is None:
        change = opening(new, now=snapshot.at)
    else:
        change = transition(stored, new, now=snapshot.at)
    return Change(
        record=change.record,
        expected=change.expected,
        only_if_stale=stored is not None and stored.status is Status.RUNNING,
        lease=lease,
        keep=change.keep,
    )


def cancelled_error() -> ErrorInfo:
    """What the record of a cancelled task says."""
    return ErrorInfo(code=RunCancelled.code, message="the task was cancelled on request")


def overdue_error() -> ErrorInfo:
    """What the record of a task says whose deadline passed before it ended."""
    return ErrorInfo(
        code=TaskLost.code,
        message="no worker brought the task to an end before its deadline: see whether workers "
        "are running, then submit it again",
    )


def exhausted_error(attempts: int) -> ErrorInfo:
    """What the record of a task says whose last allowed attempt vanished with its worker."""
    return ErrorInfo(
        code=TaskLost.code,
        message=f"the worker was lost in attempt {attempts}, the last one allowed: the script may "
        "be killing it; raise max_attempts to try more often",
    )


def unrepeatable_error() -> ErrorInfo:
    """What the record of a task says whose worker vanished, and that asked not to be repeated."""
    return ErrorInfo(
        code=TaskLost.code,
        message="the worker was lost during the run, and retry_on does not name worker_lost: "
        "whether the script did its work is not known",
    )
