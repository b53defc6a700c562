"""How much is measured: enough for a figure, or just enough to show that everything runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The size of one run."""

    name: str
    rounds: int
    """How often everything is measured, each subject once a round."""
    drain_seconds: float
    """About how long a full queue keeps its workers busy."""
    latency_samples: int
    """Calls, one after the other, of which p50 and p99 are taken."""
    load_seconds: float
    """How long connections send one request after the other."""
    foreign_keys: tuple[int, ...]
    """How many keys Redis holds beside those asked for."""


FULL: Final = Profile(
    name="full",
    # Three: the least of which a median says something.
    rounds=3,
    drain_seconds=3,
    # A p99 needs a hundred.
    latency_samples=150,
    load_seconds=2,
    foreign_keys=(1_000, 100_000),
)

QUICK: Final = Profile(
    name="quick",
    rounds=1,
    drain_seconds=0.2,
    latency_samples=10,
    load_seconds=0.2,
    # As in the full profile, so that every ratio is there.
    foreign_keys=FULL.foreign_keys,
)
