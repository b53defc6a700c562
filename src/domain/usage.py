"""What a namespace has of the installation, and when that is as much as it may."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from .errors import BatchTooLarge, QuotaExceeded
from .limits import Limits

_TASKS_PAUSE: Final = timedelta(seconds=5)
"""When to come back where tasks have to end first: nobody knows when they will."""


@dataclass(frozen=True, slots=True)
class Usage:
    """One namespace at one moment."""

    open_tasks: int = 0
    """Tasks that were accepted and have not ended."""
    live_bytes: int = 0
    """The JSON of its live values, to the minute of their expiry: what has expired in the present
    minute may still count."""
    relief: timedelta | None = None
    """How long until some of these bytes count no more; None: there are none."""


def has_quotas(limits: Limits) -> bool:
    """Whether anybody wants to know what namespaces have."""
    return bool(limits.max_namespace_tasks or limits.max_namespace_bytes)


def check_usage(usage: Usage, limits: Limits, *, count: int) -> None:
    """Return if the namespace may have so many tasks more.

    Raises:
        BatchTooLarge: it may never have so many at once.
        QuotaExceeded: it has too many, or too much; says when to come back.
    """
    most, most_bytes = limits.max_namespace_tasks, limits.max_namespace_bytes
    if most and count > most:
        raise BatchTooLarge(
            f"a namespace may have {most} open tasks here, and the batch has {count}: send several"
        )
    if most and usage.open_tasks + count > most:
        text = f"{usage.open_tasks} tasks of the namespace have not ended, of {most} that may be"
        raise _exceeded(text, _TASKS_PAUSE)
    if most_bytes and usage.live_bytes >= most_bytes:
        text = f"the live values of the namespace have {usage.live_bytes} bytes, of {most_bytes}"
        raise _exceeded(text, usage.relief or _TASKS_PAUSE)


def _exceeded(text: str, pause: timedelta) -> QuotaExceeded:
    seconds = max(math.ceil(pause.total_seconds()), 1)
    error = QuotaExceeded(f"{text}. Nothing was accepted; try again in {seconds} seconds")
    error.retry_after = seconds
    return error
