"""Tables in Markdown, and figures in their cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from .spread import Spread

DASH: Final = "\N{EN DASH}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figure(spread: Spread | None) -> str:
    """A spread in one cell: the median, and the ends where there are several rounds."""
    if spread is None:
        return ""
    if len(spread.rounds) == 1:
        return number(spread.median)
    return f"{number(spread.median)} ({number(spread.min)}{DASH}{number(spread.max)})"


def number(value: float) -> str:
    """A number in a cell."""
    # Three digits: more would pretend a precision that no round repeats.
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
