"""What a client sees of a task: the HTTP API's shapes, also where no HTTP is between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ...domain.isolation import Isolation
from ...domain.outcome import ErrorInfo
from ...domain.result import Progress, Status


class TaskFacts(BaseModel):
    """Everything known of a task but its parameters and its value.

    Unknown fields are ignored, so that a client can talk to a service of a later release.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    function: str
    status: Status
    submitted_at: datetime
    starts_after: datetime | None = None
    """Not run before this time: a countdown, or the pause before another attempt."""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    expires_in_seconds: float | None = None
    """Time left when the platform answered; None while the task is open."""
    deadline: datetime | None = None
    """A task that is still open by then ends as lost."""
    ttl_seconds: float | None = None
    """How long the result lives after completion."""
    attempt: int = 0
    max_attempts: int = 1
    worker: str | None = None
    isolation: Isolation | None = None
    """The level that was in force."""
    run_seconds: float | None = None
    source_digest: str
    error: ErrorInfo | None = None
    value_bytes: int | None = None
    """Length of the value's JSON."""
    output: str = ""
    """What the script printed; left out where results are listed."""
    progress: Progress | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    cancel_requested: bool = False


class TaskResult(TaskFacts):
    """The facts of a task with its value."""

    value: JsonValue = None
    """What the function returned; None also where there is no value, so look at `status`."""


@dataclass(frozen=True, slots=True)
class TaskUpdate:
    """Something new of a task that is being followed."""

    id: str
    """Position in the stream: hand it to `follow(after=…)` to go on from here."""
    kind: Literal["status", "progress", "output", "result"]
    """What is new; `result` is the last."""
    output: str = ""
    """Of kind `output`: what the script has printed since the update before."""
    output_start: int = 0
    """How many characters of the attempt's output came before `output`."""
    task: TaskFacts | None = None
    """The task as it stands (`status`, `progress`), or with its value (`result`)."""


@dataclass(frozen=True, slots=True)
class Update:
    """Something happened to a task of a function that is being watched."""

    id: str
    """Position in the stream: hand it to `stream(after=…)` to go on from here."""
    kind: Literal["result", "progress"]
    """Whether the task has ended, or goes on."""
    result: TaskResult
    """The task as it stands; with its value if it succeeded."""
