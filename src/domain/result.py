"""The record of a task: its status, its facts, and the only legal ways from one to the next."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from .isolation import Isolation
from .outcome import ErrorInfo
from .result_key import Address
from .task import Task


class Status(StrEnum):
    """Where a task stands. The last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to the task any more."""
        return self not in (Status.QUEUED, Status.RUNNING)


LEGAL: Final[frozenset[tuple[Status, Status]]] = frozenset(
    {
        (Status.QUEUED, Status.RUNNING),
        (Status.QUEUED, Status.FAILED),
        (Status.QUEUED, Status.CANCELLED),
        (Status.QUEUED, Status.LOST),
        (Status.RUNNING, Status.RUNNING),
        (Status.RUNNING, Status.QUEUED),
        (Status.RUNNING, Status.SUCCEEDED),
        (Status.RUNNING, Status.FAILED),
        (Status.RUNNING, Status.CANCELLED),
        (Status.RUNNING, Status.LOST),
    }
)
"""From queued straight to failed goes what no worker can ever run (a malformed message)."""


Finite = Annotated[float, Field(allow_inf_nan=False)]


class Progress(BaseModel):
    """How far a run says it has come."""

    model_config = ConfigDict(frozen=True)

    done: Finite
    total: Finite | None = None
    note: str = ""


class Record(BaseModel):
    """Everything known of a task but its parameters and its value.

    Stored as JSON. Unknown fields are ignored on reading, so that processes of two releases
    can share a store while one replaces the other.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    namespace: str = ""
    function: str
    source_digest: str
    status: Status = Status.QUEUED
    attempt: int = 0
    max_attempts: int = 1
    unstarted: int = 0
    """How many attempts were claimed and given up before their run began: they do not count."""
    submitted_at: datetime
    deadline: datetime
    ttl: timedelta
    starts_after: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    run_time: timedelta | None = None
    worker: str = ""
    isolation: Isolation | None = None
    error: ErrorInfo | None = None
    value_bytes: int | None = None
    output: str = ""
    output_start: int = 0
    """While the task runs, `output` is the latest part; so many characters came before it."""
    progress: Progress | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    principal: str = ""
    """Subject of who submitted the task."""
    cancel_requested: bool = False

    @property
    def address(self) -> Address:
        """Where the result lives."""
        return Address(self.namespace, self.key)

    @property
    def version(self) -> str:
        """Changes with every legal transition, so it serves as the token of a compare-and-swap."""
        return f"{self.status}:{self.attempt}"

    @property
    def runs(self) -> int:
        """How many attempts have begun, the present one included."""
        return self.attempt - self.unstarted

    @property
    def keep_until(self) -> datetime:
        """When the store may forget the record."""
        return self.expires_at or self.deadline + self.ttl

    def is_overdue(self, now: datetime) -> bool:
        """Whether the task is still open although its deadline has passed."""
        return not self.status.is_final and now > self.deadline

    def queued(
        self, *, starts_after: datetime | None = None, error: ErrorInfo | None = None
    ) -> Record:
        """The record after a run that is to be repeated; `error` says why."""
        return self._to(
            Status.QUEUED, starts_after=starts_after, error=error, worker="", progress=None
        )

    def given_up(self) -> Record:
        """The record after a claim whose run never began: somebody else may claim it.

        The attempt's number is used up all the same, so that no version comes twice.
        """
        return self._to(
            Status.QUEUED, unstarted=self.unstarted + 1, started_at=None, worker="", progress=None
        )

    def running(self, *, at: datetime, worker: str) -> Record:
        """The record once `worker` has claimed the next attempt."""
        return self._to(
            Status.RUNNING, attempt=self.attempt + 1, started_at=at, worker=worker, progress=None
        )

    def succeeded(
        self,
        *,
        at: datetime,
        value_bytes: int,
        run_time: timedelta,
        isolation: Isolation,
        output: str,
    ) -> Record:
        """The record of a run that returned a value of `value_bytes` bytes of JSON."""
        return self._end(
            Status.SUCCEEDED,
            at,
            value_bytes=value_bytes,
            run_time=run_time,
            isolation=isolation,
            output=output,
            error=None,
        )

    def failed(
        self,
        *,
        at: datetime,
        error: ErrorInfo,
        run_time: timedelta | None = None,
        isolation: Isolation | None = None,
        output: str = "",
    ) -> Record:
        """The record of a task whose last run yielded no value."""
        return self._end(
            Status.FAILED, at, error=error, run_time=run_time, isolation=isolation, output=output
        )

    def cancelled(self, *, at: datetime, error: ErrorInfo, output: str = "") -> Record:
        """The record of a task that was cancelled on request."""
        return self._end(Status.CANCELLED, at, error=error, output=output, cancel_requested=True)

    def lost(self, *, at: datetime, error: ErrorInfo) -> Record:
        """The record of a task that no worker could bring to an end."""
        return self._end(Status.LOST, at, error=error)

    def _end(self, status: Status, at: datetime, **facts: object) -> Record:
        return self._to(status, finished_at=at, expires_at=at + self.ttl, **facts)

    def _to(self, status: Status, **facts: object) -> Record:
        if (self.status, status) not in LEGAL:
            raise ValueError(f"a task cannot go from {self.status} to {status}")
        return self.model_copy(update={"status": status, **facts})


def record_of(task: Task) -> Record:
    """The first record of an accepted task: queued, nothing run."""
    return Record(
        key=task.key,
        namespace=task.namespace,
        function=task.function,
        source_digest=task.source_digest,
        max_attempts=task.max_attempts,
        submitted_at=task.submitted_at,
        deadline=task.deadline,
        ttl=task.ttl,
        starts_after=task.submitted_at + task.countdown if task.countdown else None,
        labels=dict(task.labels),
        principal=task.principal,
    )
