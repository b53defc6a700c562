"""Sources whose runs kill workers: what counts against one, when it is enough, what follows.

A source is judged in its namespace: what one tenant does with a text is not held against another
who uses the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .change import Snapshot
from .errors import SourceQuarantined
from .limits import Limits
from .result import Status

_TASKS: Final = 2
"""Least tasks among the losses: one alone uses up its attempts, and may have had bad luck."""


@dataclass(frozen=True, slots=True)
class SourceName:
    """A source as one namespace uses it."""

    namespace: str
    digest: str


@dataclass(frozen=True, slots=True)
class Loss:
    """An attempt that nobody heard of any more: its worker is dead, or cut off."""

    source: SourceName
    key: str
    attempt: int
    began: datetime
    """When it was claimed, by the store's clock."""
    noticed: datetime
    """When another worker took it over, by the same clock."""


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Nothing of this source is run or accepted until it is over, or lifted by an operator."""

    source: SourceName
    losses: int
    """Workers that it was seen to lose one after the other."""
    tasks: int
    """How many different tasks that were."""
    since: datetime
    until: datetime


def loss_in(snapshot: Snapshot) -> Loss | None:
    """What a take-over tells of the attempt that it ends, from what was stored before it.

    None where nothing ran, or its worker let go of the claim itself: a worker that is told to stop
    is no loss. An outage of the store is none either, as nobody takes over after one before every
    living worker has had the time for a heartbeat (`decide_claim`).
    """
    record = snapshot.record
    if record is None or record.status is not Status.RUNNING or snapshot.lease_left is None:
        return None
    return Loss(
        source=SourceName(record.namespace, record.source_digest),
        key=record.key,
        attempt=record.attempt,
        began=record.started_at or record.submitted_at,
        noticed=snapshot.at,
    )


def decide_quarantine(losses: Sequence[Loss], limits: Limits, *, at: datetime) -> Quarantine | None:
    """Decide whether the losses of a source within the window are enough; None: they are not.

    Losses count one after the other: of those that overlap, as when a machine with many runs of a
    source goes down, or a deployment kills all workers at once, one counts.

    Args:
        losses: all of one source, in any order.
        limits: how many are enough, and how long the quarantine lasts.
        at: the store's time.
    """
    count, tasks = _in_a_row(losses), len({loss.key for loss in losses})
    if not limits.quarantine_losses or count < limits.quarantine_losses or tasks < _TASKS:
        return None
    source = losses[0].source
    return Quarantine(source, count, tasks, since=at, until=at + limits.quarantine_time)


def _in_a_row(losses: Sequence[Loss]) -> int:
    """The most losses of which each began after the one before was noticed.

    Taking whichever ends first is optimal: Kleinberg and Tardos, Algorithm Design, section 4.1.
    """
    count, last = 0, None
    for loss in sorted(losses, key=lambda one: one.noticed):
        if last is None or loss.began >= last:
            count, last = count + 1, loss.noticed
    return count


def quarantined(quarantine: Quarantine) -> SourceQuarantined:
    """The error of whoever wants such a source run."""
    return SourceQuarantined(
        f"this source is in quarantine until {_moment(quarantine.until)}: {quarantine.losses} "
        f"times in a row, with {quarantine.tasks} tasks, a run of it took its worker down. Mend "
        "the script, which makes it another source, or have an operator look into it and "
        f"`fleeting quarantine lift {quarantine.source.digest[:12]}`"
    )


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
