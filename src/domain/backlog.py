"""How much waits in the queue, and when that is too much to take more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from .errors import QueueFull
from .limits import Limits

_UNKNOWN: Final = timedelta(seconds=5)
"""When to come back where the queue does not get shorter: soon enough to find room once it does,
and a fifth of the requests of somebody who tries each second."""

_SOONEST: Final = timedelta(seconds=1)
_LATEST: Final = timedelta(seconds=60)
"""Whoever waits longer would rather be told so, and more workers may have come by then."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for a worker at one moment; countdowns, and what one has taken, do not count."""

    count: int
    """Messages; one may carry several tasks of a batch."""
    oldest: timedelta | None
    """How long the oldest of them has waited at most; None: nothing waits, or it is not known."""
    open_tasks: int | None = None
    """Tasks that were accepted and have not ended, whatever they wait for; None: not known."""

    @property
    def depth(self) -> int:
        """The tasks that may be on their way."""
        return max(self.count, self.open_tasks or 0)


def describe_backlog(backlog: Backlog) -> str:
    """What waits, for a person."""
    waiting = f"{backlog.count} message(s) wait"
    if backlog.oldest is not None:
        waiting += f", the oldest for {backlog.oldest.total_seconds():.0f} s"
    if backlog.open_tasks is not None:
        waiting += f"; {backlog.open_tasks} task(s) have not ended"
    return waiting


def check_backlog(backlog: Backlog, limits: Limits, *, drained: float | None) -> None:
    """Return if the queue can take more.

    Args:
        backlog: what waits.
        limits: how much may; 0 is no bound.
        drained: by how many tasks a second the queue got shorter lately; None: not known.

    Raises:
        QueueFull: too many tasks wait, or wait too long; says when to come back.
    """
    depth, oldest = backlog.depth, backlog.oldest or timedelta(0)
    if limits.max_queued and depth >= limits.max_queued:
        excess = depth - limits.max_queued + 1
        raise _full(f"{depth} tasks have not ended yet", _pause(excess, drained))
    if limits.max_queue_age and oldest > limits.max_queue_age:
        text = f"the oldest task has waited for {oldest.total_seconds():.0f} seconds"
        raise _full(text, _pause(depth, drained))


def drain_rate(before: Backlog, after: Backlog, passed: timedelta) -> float | None:
    """By how many tasks a second a queue gets shorter; None: it does not."""
    shorter, seconds = before.depth - after.depth, passed.total_seconds()
    return shorter / seconds if shorter > 0 and seconds > 0 else None


def _pause(excess: int, drained: float | None) -> timedelta:
    if drained is None:
        return _UNKNOWN
    return min(max(timedelta(seconds=math.ceil(excess / drained)), _SOONEST), _LATEST)


def _full(text: str, pause: timedelta) -> QueueFull:
    error = QueueFull(
        f"the queue is full: {text}. Nothing was accepted; try again in "
        f"{pause.total_seconds():.0f} seconds, or have more workers started"
    )
    error.retry_after = pause.total_seconds()
    return error
