"""What was measured: one row a subject and case, with a spread for each of its figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from .measure import Figures
from .spread import Spread


class Place(NamedTuple):
    """Which row."""

    benchmark: str
    """drain, enqueue, latency, values, submit, protection or sandbox."""
    subject: str
    """What was measured."""
    case: str = ""
    """Under which conditions, where there are several."""


class Measured(NamedTuple):
    """One measurement of one round."""

    place: Place
    figures: Figures


class Row(BaseModel):
    """All rounds of one subject in one case."""

    model_config = ConfigDict(frozen=True)

    benchmark: str
    subject: str
    case: str
    figures: dict[str, Spread]

    @property
    def place(self) -> Place:
        """Which row this is."""
        return Place(self.benchmark, self.subject, self.case)


def collect(measured: Iterable[tuple[int, Measured]]) -> list[Row]:
    """Put the numbered rounds of each place together, places in order of their appearance."""
    found: dict[Place, dict[str, dict[int, float]]] = {}
    for number, (place, figures) in measured:
        row = found.setdefault(place, {})
        for name, value in figures.items():
            row.setdefault(name, {})[number] = value
    return [
        Row(
            **place._asdict(),
            figures={name: Spread.of(rounds) for name, rounds in figures.items()},
        )
        for place, figures in found.items()
    ]
