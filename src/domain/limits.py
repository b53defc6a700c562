"""The caps of an installation on what a task may ask for and a run may use."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from .bounds import Bounds
from .isolation import Isolation
from .network import rules_in

KIB: Final = 1024
MIB: Final = 1024 * KIB


def _seconds(value: object) -> object:
    if not isinstance(value, int | float | str):
        return value
    try:
        return timedelta(seconds=float(value))
    except (ValueError, OverflowError):
        raise ValueError("must be a number of seconds, as in 60 or 0.5") from None


Duration = Annotated[
    timedelta, BeforeValidator(_seconds), Field(gt=timedelta(0), le=timedelta(days=366))
]
"""A positive span of time; a bare number is one of seconds. At most a year: what is meant to be
fleeting needs no more, and every deadline stays a date that can be written down."""


class Limits(BaseModel):
    """Caps and defaults; a task beyond a cap is refused, one that says nothing gets the default."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    max_source_bytes: int = Field(default=256 * KIB, gt=0)
    """Longest module text in UTF-8 bytes; the largest hand-written modules stay far below."""

    max_parameters_bytes: int = Field(default=MIB, gt=0)
    """Longest JSON of args and kwargs together; larger inputs belong into a store of their own."""

    max_value_bytes: int = Field(default=MIB, gt=0)
    """Longest JSON of a value; Redis keeps it in memory for its whole TTL."""

    max_output_bytes: int = Field(default=64 * KIB, gt=0)
    """How much of a run's printed output is kept; a run that prints 16 times as much is stopped."""

    max_answer_bytes: int = Field(default=64 * MIB, gt=0)
    """Largest answer that lists values; beyond it the caller pages."""

    max_batch: int = Field(default=1000, gt=0)
    """Most tasks in one batch: what one queue round trip carries without holding up others."""

    default_timeout: Duration = Field(
        default=timedelta(seconds=60), validation_alias="default_timeout_seconds"
    )
    """Wall time of a run that asks for none: short calls are the purpose of the platform."""

    max_timeout: Duration = Field(
        default=timedelta(hours=1), validation_alias="max_timeout_seconds"
    )
    """Longest wall time a task may ask for."""

    default_ttl: Duration = Field(
        default=timedelta(seconds=300), validation_alias="default_ttl_seconds"
    )
    """How long a result lives after completion: five minutes, as the platform promises."""

    max_ttl: Duration = Field(default=timedelta(hours=24), validation_alias="max_ttl_seconds")
    """Longest life of a result: values are meant to be fetched, not archived."""

    default_attempts: int = Field(default=3, gt=0)
    """Runs that a task may use up: the first, and two more after lost workers."""

    max_attempts: int = Field(default=10, gt=0)
    """Most runs that a task may ask for."""

    max_countdown: Duration = Field(
        default=timedelta(days=7), validation_alias="max_countdown_seconds"
    )
    """Farthest future start; what recurs or lies farther off belongs into a schedule."""

    default_memory_mb: int = Field(default=256, gt=0)
    """Memory of a run that asks for none, beyond what the interpreter itself takes."""

    max_memory_mb: int = Field(default=2048, gt=0)
    """Most memory a run may ask for."""

    default_cpu: Annotated[timedelta, BeforeValidator(_seconds)] = Field(
        default=timedelta(0), ge=timedelta(0), validation_alias="default_cpu_seconds"
    )
    """Processor time of a run that asks for none. 0: not limited by itself, because the wall time
    bounds it too, and a limit takes a fresh process for each run."""

    max_cpu: Duration = Field(default=timedelta(hours=1), validation_alias="max_cpu_seconds")
    """Most processor time a run may ask for: as much as the longest wall time."""

    default_threads: int = Field(default=0, ge=0)
    """Threads of a run that asks for none. 0: not counted, because each takes address space, which
    the memory limit bounds."""

    max_threads: int = Field(default=64, gt=0)
    """Most threads a run may ask for: more than any number of processors makes use of."""

    max_scratch_mb: int = Field(default=64, ge=0)
    """Most room for files a run may ask for, in MiB; 0: none. It is memory of the machine, beside
    that of the run."""

    network: str = ""
    """What runs may be allowed to connect to: patterns such as `tcp:*.example.com:443`, separated
    by commas. Empty, because a script that reaches nothing cannot pass on what it was given."""

    allow_reuse: bool = True
    """Whether a task may ask for a process that is kept (`mode`). True, because only runs of the
    same source, namespace and principal share it."""

    min_isolation: Isolation = Isolation.NONE
    """Weakest isolation of this installation: workers that are to give less do not start, and
    tasks that ask for less are refused. None by itself, because `isolation` says what is given."""

    queue_patience: Duration = Field(
        default=timedelta(hours=24), validation_alias="queue_patience_seconds"
    )
    """How long an accepted task may wait for a worker before it counts as lost."""

    idempotency_window: Duration = Field(
        default=timedelta(hours=24), validation_alias="idempotency_window_seconds"
    )
    """How long an idempotency key is remembered: longer than any client's retries."""

    max_queued: int = Field(default=1_000_000, ge=0)
    """Tasks that may have been accepted and not ended before submissions are refused. A million are
    about a gigabyte of Redis' memory, and minutes of work for a fleet of workers; 0: no bound."""

    max_queue_age: Annotated[timedelta, BeforeValidator(_seconds)] = Field(
        default=timedelta(hours=12), ge=timedelta(0), validation_alias="max_queue_age_seconds"
    )
    """How long the oldest in the queue may have waited before submissions are refused. Half of
    `queue_patience`: what would be accepted later might be lost before its turn; 0: no bound."""

    max_namespace_tasks: int = Field(default=0, ge=0)
    """Tasks of one namespace that may have been accepted and not ended before its submissions are
    refused. 0: no bound of its own, because counting costs every task something; API and workers
    have to be told the same."""

    max_namespace_bytes: int = Field(default=0, ge=0)
    """Bytes that the live values of one namespace may have together before its submissions are
    refused, counted to the minute of their expiry. What was accepted before still ends, so leave
    room. 0: no bound; API and workers have to be told the same."""

    quarantine_losses: int = Field(default=3, ge=0)
    """Workers that a source may lose in a row, with two tasks at least, before it goes into
    quarantine. Three, because two may be bad luck, and each costs all runs beside it; 0: never."""

    quarantine_window: Duration = Field(
        default=timedelta(minutes=15), validation_alias="quarantine_window_seconds"
    )
    """How long a lost worker counts against a source: several times what three losses take, with
    the restarts of the workers between them."""

    quarantine_time: Duration = Field(
        default=timedelta(minutes=15), validation_alias="quarantine_time_seconds"
    )
    """How long a quarantine lasts: long enough that workers serve everybody else, and that a source
    which was not at fault is tried again soon."""

    @field_validator("network")
    @classmethod
    def _network_is_readable(cls, text: str) -> str:
        rules_in(text)
        return text

    @model_validator(mode="after")
    def _defaults_are_allowed(self) -> Self:
        for name, default, cap in (
            ("timeout", self.default_timeout, self.max_timeout),
            ("ttl", self.default_ttl, self.max_ttl),
            ("attempts", self.default_attempts, self.max_attempts),
            ("memory_mb", self.default_memory_mb, self.max_memory_mb),
            ("cpu", self.default_cpu, self.max_cpu),
            ("threads", self.default_threads, self.max_threads),
        ):
            if default > cap:  # type: ignore[operator]  # each row is of one type
                raise ValueError(
                    f"default_{name} is {default} and beyond max_{name}, which is {cap}: lower the "
                    "default too, or raise the cap"
                )
        return self

    @property
    def network_rules(self) -> tuple[str, ...]:
        """The patterns in `network`."""
        return rules_in(self.network)

    @property
    def default_bounds(self) -> Bounds:
        """What a run is held to that asks for nothing."""
        return Bounds(cpu_time=self.default_cpu or None, threads=self.default_threads or None)

    @property
    def source_keep(self) -> timedelta:
        """How long a stored source must outlive its last submission: as long as any task can."""
        return self.max_countdown + self.queue_patience + self.max_attempts * self.max_timeout
