"""Statistics over a handful of rounds."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict


class Spread(BaseModel):
    """What the rounds found: each value by its round's number, the middle and the ends of them."""

    model_config = ConfigDict(frozen=True)

    median: float
    min: float
    max: float
    rounds: dict[int, float]

    @classmethod
    def of(cls, rounds: Mapping[int, float]) -> Spread:
        """Sum up at least one value."""
        values = list(rounds.values())
        return cls(
            median=statistics.median(values),
            min=min(values),
            max=max(values),
            rounds=dict(rounds),
        )


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which `percent` of 100 lie, between the two nearest ones."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
