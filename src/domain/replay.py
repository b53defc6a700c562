"""Whether a signed message without a record may be run, or has been run before.

The result of a task stands for its `ttl` after it has ended, so for that long after it was due
there is a record if there was a run. Later, that there is none proves nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from .errors import TaskLost
from .outcome import ErrorInfo
from .task import Task

_CLOCKS: Final = timedelta(seconds=5)
"""How far the clocks of signers, queues and stores may be apart: delays are not held to less."""


def until_due(task: Task, at: datetime) -> timedelta | None:
    """How long it is too early for a task without a record; None: its time has come.

    The delay of a message is outside its signature. Had it been run before its countdown was over,
    its record could be gone while another copy still counts.
    """
    early = task.submitted_at + task.countdown - at
    return early if early > _CLOCKS else None


def is_forgotten(task: Task, at: datetime) -> bool:
    """Whether a task without a record may have ended, and its result expired."""
    return at > task.submitted_at + task.countdown + task.ttl


def forgotten_error() -> ErrorInfo:
    """What the record of such a task says."""
    return ErrorInfo(
        code=TaskLost.code,
        message="the signed message is older than its result would live, and no record of the task "
        "is left: it may have been run before; submit it again under another key",
    )
