"""The JSON that the API answers with. Times are RFC 3339 in UTC, durations seconds.

What it takes is `domain.task.TaskRequest`, under its own name.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ...domain.isolation import Isolation
from ...domain.outcome import ErrorInfo
from ...domain.result import Progress, Record, Status
from ...domain.task import TaskRequest
from ...domain.worker_facts import WorkerFacts
from . import examples
from .limit_facts import LimitFacts


class Answer(BaseModel):
    """Base of every schema here."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Batch(Answer):
    """Several tasks, accepted together or not at all."""

    tasks: list[TaskRequest] = Field(min_length=1, examples=[[examples.TASK]])
    """The tasks; how many at most is in `/capabilities`."""


class Links(Answer):
    """Where to go on, as paths of this API."""

    result: str
    """GET it for the value, with `wait_seconds` to wait for it."""
    task: str
    """GET it for the facts of the task."""
    cancel: str
    """DELETE it to cancel the task."""


class AcceptedTask(Answer):
    """A task that will run, whatever happens to the caller."""

    key: str
    """Names the task's result from here on."""
    status: Status = Status.QUEUED
    """The status on acceptance."""
    repeated: bool = False
    """The idempotency key named this task, which was accepted before."""
    links: Links


class AcceptedBatch(Answer):
    """The tasks of a batch, in the order in which they were sent."""

    tasks: list[AcceptedTask]


class CheckProblem(Answer):
    """One reason why a task would be refused."""

    code: str
    """The code of the problem that a submission would be answered with."""
    message: str
    """What is wrong, and what to do."""
    line: int | None = None
    """Line of the source to blame, counted from 1, where there is one."""
    path: str | None = None
    """Place in the parameters to blame, as in `args[0].when`, where there is one."""


class CheckReport(Answer):
    """What a dry run found."""

    ok: bool
    """Whether the task would be accepted."""
    problems: list[CheckProblem]
    """Everything that is wrong."""
    source_digest: str | None
    """SHA-256 (hex) of the source; null where the source itself is unknown or unusable."""


class TaskSummary(Answer):
    """What is known of a task, without its output and its value."""

    key: str
    function: str
    status: Status
    """Queued and running tasks may still change, the others have ended."""
    submitted_at: datetime
    starts_after: datetime | None
    """Not run before this time: a countdown, or the pause before another attempt."""
    started_at: datetime | None
    """When the latest attempt began."""
    finished_at: datetime | None
    expires_at: datetime | None
    """When the result will be gone; null while the task is open."""
    expires_in_seconds: float | None
    """The same, seen from the time of this answer."""
    deadline: datetime
    """A task that is still open by then ends as lost."""
    ttl_seconds: float
    """How long the result lives after completion."""
    attempt: int
    """Number of the latest attempt; 0: none has begun."""
    max_attempts: int
    worker: str | None
    """Name of the worker that ran the latest attempt."""
    isolation: Isolation | None
    """The isolation that was in force; null where nothing was run to an end."""
    run_seconds: float | None
    """Wall time of the latest attempt."""
    source_digest: str
    """SHA-256 (hex) of the module text."""
    error: ErrorInfo | None
    """Why it ended without a value, or why the latest attempt is repeated."""
    value_bytes: int | None
    """Length of the value's JSON."""
    progress: Progress | None
    """How far the run says it has come."""
    labels: dict[str, str]
    cancel_requested: bool
    """Somebody has asked for the task's end."""

    @classmethod
    def of(cls, record: Record, now: datetime) -> TaskSummary:
        """What the API shows of `record` at `now`."""
        return cls.model_construct(**_summary(record, now))


class TaskFacts(TaskSummary):
    """What is known of a task, without its value."""

    output: str
    """What the run printed: the latest while it runs, all up to the limit at the end."""

    @classmethod
    def of(cls, record: Record, now: datetime) -> TaskFacts:
        """What the API shows of `record` at `now`."""
        return cls.model_construct(None, **_summary(record, now), output=record.output)


class TaskResult(TaskFacts):
    """The facts of a task, with its value where it succeeded."""

    value: JsonValue = None
    """What the function returned. There is no such member unless the task succeeded."""


class OutputPiece(Answer):
    """What a run has printed since the piece before."""

    key: str
    attempt: int
    """Number of the run; each begins from nothing."""
    start: int
    """How many characters of the run's output came before `text`."""
    text: str
    """Whole lines where the script prints lines."""


class ResultPage(Answer):
    """A page of results."""

    results: list[TaskSummary]
    next: str | None
    """Give it as `after` to get the next page; null: this is the last one."""


class FunctionEntry(Answer):
    """A function with live values."""

    function: str
    count: int
    """How many live values it has."""
    newest: str
    """Key of the latest of them."""


class FunctionList(Answer):
    """All functions with live values, by name."""

    functions: list[FunctionEntry]


class Health(Answer):
    """The process answers."""

    status: str = "ok"


class DependencyState(Answer):
    """How a dependency answered."""

    state: str
    """`up` or `down`."""
    seconds: float
    """How long it took to answer, or to be given up."""
    code: str | None = None
    """What is wrong, where it is down."""
    message: str | None = None
    """The same for a person; of a queue that answers, what waits in it."""


class Readiness(Answer):
    """Every dependency answers."""

    status: str = "ready"
    checks: dict[str, DependencyState]


class IsolationFacts(Answer):
    """How runs are kept apart."""

    in_force: Isolation
    """The level that every run gets."""
    levels: list[Isolation]
    """The levels that a task may ask for here."""
    attested: list[Isolation] = Field(default_factory=list)
    """The levels that the workers known have in force, weakest first."""


class FleetFacts(Answer):
    """Who runs the tasks."""

    known: bool
    """Whether the workers could be asked for; else `workers` is empty for that reason."""
    message: str | None = None
    """Why they are not known."""
    workers: list[WorkerFacts] = Field(default_factory=list)
    """What each worker has announced in the last half minute, with the proof of its isolation."""


class Capabilities(Answer):
    """What this installation can do."""

    version: str
    roles: list[str]
    """Halves of the API that are served: `submit`, `retrieve`."""
    isolation: IsolationFacts
    limits: LimitFacts
    adapters: dict[str, str]
    """Which adapter serves each port, by scheme."""
    fleet: FleetFacts
    """The workers and what they give."""


def _summary(record: Record, now: datetime) -> dict[str, Any]:
    expires, ran = record.expires_at, record.run_time
    return {
        "key": record.key,
        "function": record.function,
        "status": record.status,
        "submitted_at": record.submitted_at,
        "starts_after": record.starts_after,
        "started_at": record.started_at,
        "finished_at": record.finished_at,
        "expires_at": expires,
        "expires_in_seconds": None if expires is None else _seconds_until(expires, now),
        "deadline": record.deadline,
        "ttl_seconds": record.ttl.total_seconds(),
        "attempt": record.attempt,
        "max_attempts": record.max_attempts,
        "worker": record.worker or None,
        "isolation": record.isolation,
        "run_seconds": None if ran is None else ran.total_seconds(),
        "source_digest": record.source_digest,
        "error": record.error,
        "value_bytes": record.value_bytes,
        "progress": record.progress,
        "labels": record.labels,
        "cancel_requested": record.cancel_requested,
    }


def _seconds_until(moment: datetime, now: datetime) -> float:
    return max(0.0, (moment - now).total_seconds())
