"""Statistics over a handful of rounds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict


class Spread(BaseModel):
    """What the rounds found: each value, and the middle and the ends of them."""

    model_config = ConfigDict(frozen=True)

    median: float
    min: float
    max: float
    rounds: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Sum up at least one value."""
        return cls(
            median=statistics.median(values),
            min=min(values),
            max=max(values),
            rounds=tuple(values),
        )


def ratios(top: Spread, bottom: Spread) -> Spread:
    """The ratios round by round, so that what slowed one round down slowed both down.

    Raises:
        ValueError: the two were not measured in the same rounds.
    """
    return Spread.of([a / b for a, b in zip(top.rounds, bottom.rounds, strict=True)])


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which `percent` of 100 lie, between the two nearest ones."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
