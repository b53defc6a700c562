"""One row compared with another, round by round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .rows import Place, Row
from .spread import Spread, ratios


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure of one row over the same figure of another."""

    name: str
    figure: str
    top: Place
    bottom: Place
    says: str
    is_more_better: bool


def more(name: str, figure: str, places: tuple[Place, Place], says: str) -> Ratio:
    """A ratio of which more is better."""
    return Ratio(name, figure, *places, says, is_more_better=True)


def less(name: str, figure: str, places: tuple[Place, Place], says: str) -> Ratio:
    """A ratio of which less is better."""
    return Ratio(name, figure, *places, says, is_more_better=False)


def spreads(wanted: Iterable[Ratio], rows: Sequence[Row]) -> dict[str, Spread]:
    """By name: every wanted ratio whose two rows were measured."""
    found = {row.place: row.figures for row in rows}
    return {
        ratio.name: ratios(found[ratio.top][ratio.figure], found[ratio.bottom][ratio.figure])
        for ratio in wanted
        if ratio.top in found and ratio.bottom in found
    }
