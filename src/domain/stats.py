"""Figures over the values of a function."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from fractions import Fraction

from pydantic import BaseModel, ConfigDict, JsonValue


class Spread(BaseModel):
    """Smallest, largest, mean and two percentiles of some numbers."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    count: int
    min: float
    mean: float
    max: float
    p50: float
    p95: float


class Stats(BaseModel):
    """What is known of a function's live results at one moment."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    function: str
    field: str | None
    count: int
    """Live values."""
    failures: int
    """Live results that ended without a value."""
    skipped: int
    """Live values that hold no finite number at `field`."""
    values: Spread | None
    """Spread of the numbers; None where there are none."""
    run_seconds: Spread | None
    """Spread of the run times in seconds; None where nothing has ended."""


def spread(numbers: Iterable[float]) -> Spread | None:
    """The spread of `numbers`, or None where there are none.

    Percentiles are nearest-rank: always one of the numbers, never an interpolation.
    """
    ordered = sorted(numbers)
    if not ordered:
        return None
    return Spread(
        count=len(ordered),
        min=ordered[0],
        mean=_mean(ordered),
        max=ordered[-1],
        p50=_rank(ordered, 50),
        p95=_rank(ordered, 95),
    )


def number_at(value: JsonValue, field: str | None) -> float | None:
    """The finite number in `value` at the dotted path `field`, or None where there is none.

    `rows.0.price` names the price of the first of the rows; booleans are not numbers.
    """
    for part in field.split(".") if field else ():
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and (index := _index(part)) < len(value):
            value = value[index]
        else:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _finite(value)


def _index(part: str) -> int:
    # No list is longer than 10^18, and reading far longer numbers is refused by Python.
    return int(part) if part.isdecimal() and len(part) <= 18 else sys.maxsize


def _finite(number: float) -> float | None:
    try:
        return float(number) if math.isfinite(number) else None
    except OverflowError:
        return None


def _mean(ordered: Sequence[float]) -> float:
    try:
        return math.fsum(ordered) / len(ordered)
    except OverflowError:
        # The sum is beyond what a float holds although the mean is not: slow, and exact.
        return float(sum(map(Fraction, ordered)) / len(ordered))


def _rank(ordered: Sequence[float], percent: int) -> float:
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]
