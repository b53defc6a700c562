"""A request on its way in: under which key, and what is still to be done for it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from ..domain.change import Refused, Swapped
from ..domain.result import Status
from ..domain.result_key import ResultKey
from ..domain.task import Task, TaskRequest
from ..ports.task_records import Reservation


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked request."""

    task: Task
    reservation: Reservation | None
    """Of its idempotency key, if it has one."""
    is_repeat: bool = False
    """Whether the key was given to an earlier request."""

    def under(self, key: str) -> Self:
        """The plan under the key in force, as if it had been made when that key was."""
        if key == self.task.key:
            return self
        at = ResultKey.parse(key).submitted_at
        deadline = self.task.deadline - (self.task.submitted_at - at)
        task = replace(self.task, key=key, submitted_at=at, deadline=deadline)
        return replace(self, task=task, is_repeat=True)


def due_plans(plans: Sequence[Plan], now: datetime) -> list[Plan]:
    """What has to be recorded and queued, each key once.

    Whoever submitted a repeat first may have crashed before it was recorded or queued, so it is
    brought in again; doing so twice does no harm. But once a result can have expired, a record
    that is not there proves nothing, and the task must not run a second time.
    """
    due: dict[str, Plan] = {}
    for plan in plans:
        if not plan.is_repeat or now - plan.task.submitted_at < plan.task.ttl:
            due.setdefault(plan.task.key, plan)
    return list(due.values())


def awaits_message(told: Swapped | Refused) -> bool:
    """Whether the task was recorded, or had been without any worker having seen it."""
    if isinstance(told, Swapped):
        return True
    record = told.snapshot.record
    return record is not None and record.status is Status.QUEUED and record.attempt == 0


def reservation(request: TaskRequest, task: Task) -> Reservation | None:
    """The claim of a request on its idempotency key."""
    if request.idempotency_key is None:
        return None
    # The digest stands for the source, so that sending either of the two is the same request.
    said = request.model_copy(update={"source": None, "source_digest": task.source_digest})
    return Reservation(
        namespace=task.namespace,
        name=_sha256(request.idempotency_key),
        key=task.key,
        request_digest=_sha256(said.model_dump_json()),
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
