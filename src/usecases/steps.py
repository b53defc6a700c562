"""What passes from one step of a task's execution to the next: claimed, ended, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..domain.change import Change
from ..domain.result import Record
from ..domain.task import Task
from .leases import Held


@dataclass(frozen=True, slots=True)
class Done:
    """The message has served its purpose: acknowledge it."""


@dataclass(frozen=True, slots=True)
class Again:
    """Deliver the message again after `delay`."""

    delay: timedelta


@dataclass(frozen=True, slots=True, eq=False)
class Claimed:
    """An attempt that this worker may run; its lease is kept until it is settled or given up."""

    task: Task
    record: Record
    at: datetime
    """When it was claimed, by the store's clock."""
    began: timedelta
    """The same moment as `Clock.elapsed` tells it."""
    held: Held

    @property
    def run_id(self) -> str:
        """Names the run for `RunScript.stop`."""
        return run_id_of(self.record)


@dataclass(frozen=True, slots=True, eq=False)
class Ended:
    """An attempt whose run is over, or that never began: what is to be stored of it."""

    claimed: Claimed
    change: Change | None
    """None: another worker has taken over, and stores what there is to store."""
    again_after: timedelta | None = None


def run_id_of(record: Record) -> str:
    """The name of the run that belongs to a record's attempt."""
    return f"{record.namespace}:{record.key}:{record.attempt}"
