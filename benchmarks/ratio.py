"""One row compared with another, or with the best of several, round by round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from .rows import Place, Row
from .spread import Spread


class Found(BaseModel):
    """What was found of a ratio, and whether that is what is asked for."""

    model_config = ConfigDict(frozen=True)

    value: float
    """Median over the rounds, each ratio taken within its round."""
    min: float
    max: float
    bar: float | None
    """At least this where more is better, at most this where less is; None: nothing is asked."""
    met: bool | None
    is_more_better: bool


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure of one row over the same figure of another."""

    name: str
    figure: str
    top: Place
    bottoms: tuple[Place, ...]
    """More than one: the best of those that were measured in the round."""
    says: str
    is_more_better: bool
    bar: float | None = None

    def found(self, figures: Mapping[Place, Mapping[str, Spread]]) -> Found | None:
        """The ratio; None where one side was not measured."""
        rounds = _rounds(figures, self.top, self.figure)
        best = max if self.is_more_better else min
        others = [_rounds(figures, place, self.figure) for place in self.bottoms]
        ratios = {
            number: value / best(beside)
            for number, value in rounds.items()
            if (beside := [other[number] for other in others if other.get(number)])
        }
        return self._judged(Spread.of(ratios)) if ratios else None

    def _judged(self, spread: Spread) -> Found:
        return Found(
            value=spread.median,
            min=spread.min,
            max=spread.max,
            bar=self.bar,
            met=None if self.bar is None else self._is_met(spread.median, self.bar),
            is_more_better=self.is_more_better,
        )

    def _is_met(self, value: float, bar: float) -> bool:
        return value >= bar if self.is_more_better else value <= bar


def more(
    name: str, figure: str, places: tuple[Place, ...], says: str, *, bar: float | None = None
) -> Ratio:
    """The first place over the best of the others, of which more is better."""
    return Ratio(name, figure, places[0], places[1:], says, is_more_better=True, bar=bar)


def less(
    name: str, figure: str, places: tuple[Place, ...], says: str, *, bar: float | None = None
) -> Ratio:
    """The first place over the best of the others, of which less is better."""
    return Ratio(name, figure, places[0], places[1:], says, is_more_better=False, bar=bar)


def found(wanted: Iterable[Ratio], rows: Sequence[Row]) -> dict[str, Found]:
    """By name: every wanted ratio whose sides were measured."""
    figures = {row.place: row.figures for row in rows}
    each = ((ratio.name, ratio.found(figures)) for ratio in wanted)
    return {name: one for name, one in each if one is not None}


def _rounds(
    figures: Mapping[Place, Mapping[str, Spread]], place: Place, figure: str
) -> Mapping[int, float]:
    spread = figures.get(place, {}).get(figure)
    return {} if spread is None else spread.rounds
