"""How long things last: briefly in the suite, as in production in `make faults`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Lengths in seconds."""

    lease_seconds: float
    outage_seconds: float
    """How long Redis is refused or silent; longer than a lease."""
    freeze_seconds: float
    """How long a worker stands still at least."""
    pause_seconds: float
    """Between two submissions, all the time."""
    patience_seconds: float
    """What has not ended so long after the fault is lost."""
    late_seconds: float
    """By how much a countdown may end too late."""

    @property
    def visibility_seconds(self) -> float:
        """Three are the least."""
        return max(3.0, self.lease_seconds)

    @property
    def take_over_seconds(self) -> float:
        """The longest that a dead worker's tasks may wait, on a machine that is busy beside.

        The timeout, one look a second, and what a loaded machine adds.
        """
        return self.visibility_seconds + 6.0


QUICK = Pace(
    lease_seconds=2,
    outage_seconds=4.5,
    freeze_seconds=4,
    pause_seconds=0.15,
    patience_seconds=30,
    late_seconds=3,
)
FULL = Pace(
    lease_seconds=8,
    outage_seconds=20,
    freeze_seconds=30,
    pause_seconds=0.25,
    patience_seconds=60,
    late_seconds=1,
)
