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
    """Calls to idle workers, one after the other, of which p50 and p99 are taken."""
    latency_seconds: float
    """The longest that these take, and how long calls beside a load are made."""
    load_seconds: float
    """How long connections send one request after the other."""
    foreign_keys: tuple[int, ...]
    """How many keys Redis holds beside those asked for."""
    values: tuple[int, ...]
    """How many values a function has."""
    connections: tuple[int, ...]
    """How many connections send requests at the same time."""
    installs: bool
    """Whether the other queues are installed where they are missing, or left out."""


FULL: Final = Profile(
    name="full",
    # Three: the least of which a median says something.
    rounds=3,
    drain_seconds=3,
    # A p99 needs a hundred.
    latency_samples=300,
    latency_seconds=4,
    load_seconds=1.5,
    foreign_keys=(1_000, 100_000, 1_000_000),
    values=(10, 100, 1_000, 10_000),
    connections=(1, 16, 64),
    installs=True,
)

QUICK: Final = Profile(
    name="quick",
    rounds=1,
    drain_seconds=0.1,
    latency_samples=5,
    latency_seconds=0.1,
    load_seconds=0.05,
    # The ends of the full profile, and the case of its ratios, so that every ratio is there.
    foreign_keys=(FULL.foreign_keys[0], FULL.foreign_keys[-1]),
    values=(10, 100),
    connections=(1, 16),
    # Whoever checks a change may be without a network, and in a hurry.
    installs=False,
)
