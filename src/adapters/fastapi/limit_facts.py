"""The limits of an installation as JSON: those of the domain, durations in seconds, and of HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from ...domain.isolation import Isolation
from ...domain.limits import Limits
from ...usecases.retrieve import MAX_PAGE, MAX_WAIT


class LimitFacts(BaseModel):
    """Caps and defaults of tasks on this installation."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    max_body_bytes: int
    """Longest request body."""
    max_wait_seconds: float
    """Longest `wait_seconds` of a long poll."""
    max_page: int
    """Most results on a page."""
    max_source_bytes: int
    """Longest module text in UTF-8."""
    max_parameters_bytes: int
    """Longest JSON of args and kwargs together."""
    max_value_bytes: int
    """Longest JSON of a value."""
    max_output_bytes: int
    """How much of a run's printed output is kept."""
    max_answer_bytes: int
    """Largest answer that lists values."""
    max_batch: int
    """Most tasks in one batch."""
    default_timeout_seconds: float
    """Wall time of a run that asks for none."""
    max_timeout_seconds: float
    """Longest wall time of a run."""
    default_ttl_seconds: float
    """How long a result lives that asks for nothing else."""
    max_ttl_seconds: float
    """Longest life of a result."""
    default_attempts: int
    """Runs that a task may use up which asks for none."""
    max_attempts: int
    """Most runs of one task."""
    max_countdown_seconds: float
    """Farthest future start."""
    default_memory_mb: int
    """Memory of a run that asks for none, in MiB."""
    max_memory_mb: int
    """Most memory of a run, in MiB."""
    default_cpu_seconds: float
    """Processor time of a run that asks for none; 0: not limited by itself."""
    max_cpu_seconds: float
    """Most processor time of a run."""
    default_threads: int
    """Threads of a run that asks for none; 0: not counted."""
    max_threads: int
    """Most threads of a run."""
    max_scratch_mb: int
    """Most room for files of a run, in MiB; 0: none."""
    network: list[str]
    """Patterns of what runs may be allowed to connect to."""
    allow_reuse: bool
    """Whether a task may ask for `mode` `reuse`."""
    min_isolation: Isolation
    """Weakest isolation that a task may ask for."""
    queue_patience_seconds: float
    """How long a task may wait for a worker before it counts as lost."""
    idempotency_window_seconds: float
    """How long an idempotency key is remembered."""
    max_queued: int
    """Tasks that may be open before submissions are refused; 0: no bound."""
    max_queue_age_seconds: float
    """How long the oldest in the queue may have waited before that; 0: no bound."""
    max_namespace_tasks: int
    """Open tasks that a namespace may have; 0: no bound of its own."""
    max_namespace_bytes: int
    """Bytes that the live values of a namespace may have together; 0: no bound."""
    quarantine_losses: int
    """Workers that a source may lose in a row before it goes into quarantine; 0: never."""
    quarantine_window_seconds: float
    """How long a lost worker counts against a source."""
    quarantine_time_seconds: float
    """How long a quarantine lasts."""

    @classmethod
    def of(cls, limits: Limits, *, max_body_bytes: int) -> Self:
        """What the API shows of `limits`."""
        http: dict[str, Any] = {
            "max_body_bytes": max_body_bytes,
            "max_wait_seconds": MAX_WAIT.total_seconds(),
            "max_page": MAX_PAGE,
        }
        own = dict(_fact(name, getattr(limits, name)) for name in Limits.model_fields)
        return cls.model_validate(http | own | {"network": list(limits.network_rules)})


def _fact(name: str, value: object) -> tuple[str, object]:
    shown = str(Limits.model_fields[name].validation_alias or name)
    return shown, value.total_seconds() if isinstance(value, timedelta) else value
