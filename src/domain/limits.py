"""The caps of an installation on what a task may ask for and a run may use."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

KIB: Final = 1024
MIB: Final = 1024 * KIB


def _seconds(value: object) -> object:
    if isinstance(value, str):
        value = float(value)
    return timedelta(seconds=value) if isinstance(value, int | float) else value


Duration = Annotated[timedelta, BeforeValidator(_seconds), Field(gt=timedelta(0))]
"""A positive span of time; a bare number is one of seconds."""


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

    queue_patience: Duration = Field(
        default=timedelta(hours=24), validation_alias="queue_patience_seconds"
    )
    """How long an accepted task may wait for a worker before it counts as lost."""

    idempotency_window: Duration = Field(
        default=timedelta(hours=24), validation_alias="idempotency_window_seconds"
    )
    """How long an idempotency key is remembered: longer than any client's retries."""

    @property
    def source_keep(self) -> timedelta:
        """How long a stored source must outlive its last submission: as long as any task can."""
        return self.max_countdown + self.queue_patience + self.max_attempts * self.max_timeout
