"""Whether and when a failed run is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from .errors import (
    CpuTimeExceeded,
    MemoryExceeded,
    RunDied,
    RunTimedOut,
    SandboxUnavailable,
    ScriptRaised,
    SecretsUnavailable,
)
from .result import Record
from .task import RetryCause

CAUSE_OF: Final[Mapping[str, RetryCause]] = {
    SandboxUnavailable.code: "worker_lost",
    SecretsUnavailable.code: "worker_lost",
    ScriptRaised.code: "raised",
    RunTimedOut.code: "timed_out",
    MemoryExceeded.code: "memory",
    CpuTimeExceeded.code: "cpu",
    RunDied.code: "died",
}
"""Which failures may be repeated at all; a value that is not JSON stays so on every attempt."""


_OUTAGE: Final = 10
"""How many times longer the pause is after a failure that no run has caused: what is restarted or
unsealed by hand is not back in a second, and attempts are few."""


class Backoff(BaseModel):
    """Exponential delays with full jitter.

    Full jitter spreads retries best of the usual schemes: AWS Architecture Blog, "Exponential
    Backoff And Jitter", 2015.
    """

    model_config = ConfigDict(frozen=True)

    base: timedelta = Field(default=timedelta(seconds=1), gt=timedelta(0))
    cap: timedelta = Field(default=timedelta(seconds=60), gt=timedelta(0))
    factor: float = Field(default=2, ge=1, le=10)

    def delay(self, attempt: int, draw: float) -> timedelta:
        """The pause after attempt number `attempt` (from 1), for a random `draw` in [0, 1)."""
        # 64 doublings are beyond any cap, and keep the power from overflowing.
        ceiling = self.base * min(self.factor ** min(attempt - 1, 64), self.cap / self.base)
        return draw * ceiling

    def outage_delay(self, attempt: int, draw: float) -> timedelta:
        """The pause where a service is away that every attempt needs: never near nothing."""
        return min(_OUTAGE * self.delay(attempt, (1 + draw) / 2), self.cap)


def decide_retry(
    record: Record, code: str, retry_on: tuple[RetryCause, ...], backoff: Backoff, draw: float
) -> timedelta | None:
    """The pause before the next attempt after a failure with `code`, or None if it is final."""
    cause = CAUSE_OF.get(code)
    if cause is None or cause not in retry_on or record.runs >= record.max_attempts:
        return None
    if code == SecretsUnavailable.code:
        return backoff.outage_delay(record.runs, draw)
    return backoff.delay(record.runs, draw)
