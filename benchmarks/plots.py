"""Bar charts of the findings as SVG: a line for each subject, its median, and its least and most.

Plain text rather than a plotting library: a few rectangles need none, and a diff shows what moved.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from .cells import figure
from .findings import Findings
from .rows import Row
from .spread import Spread

_WIDTH: Final = 860
_NAMES: Final = 250
_BARS: Final = 400
_LINE: Final = 22
_TOP: Final = 46

_OURS: Final = "#2563eb"
_OTHERS: Final = "#94a3b8"
_WHISKER: Final = "#334155"


@dataclass(frozen=True, slots=True)
class Plot:
    """Which figure of which rows is drawn; `case` chooses among the cases of a subject."""

    name: str
    title: str
    benchmark: str
    figure: str
    case: str = ""


PLOTS: Final = (
    Plot("drain", "Drain, tasks a second (more is better)", "drain", "tasks_per_second"),
    Plot("drain-cpu", "Drain, CPU µs a task (less is better)", "drain", "cpu_us_per_task"),
    Plot(
        "enqueue", "Submission one by one, tasks a second", "enqueue", "tasks_per_second", "single"
    ),
    Plot(
        "latency-idle",
        "Latency p50 in ms, idle workers (less is better)",
        "latency",
        "p50_ms",
        "idle",
    ),
    Plot(
        "latency-load",
        "Latency p99 in ms, beside half a load (less is better)",
        "latency",
        "p99_ms",
        "half load",
    ),
    Plot(
        "values",
        "Lists of 100 values a second over HTTP, 16 connections, among a million keys",
        "values",
        "calls_per_second",
        "100 among 1,000,000 keys, 16 connections",
    ),
    Plot(
        "submit",
        "Calls submitted a second over HTTP, one a request, 16 connections",
        "submit",
        "calls_per_second",
        "single, 16 connections",
    ),
)


def drawn(findings: Findings) -> dict[str, str]:
    """The plots for which something was measured, by name."""
    each = ((plot, _rows(plot, findings.rows)) for plot in PLOTS)
    return {plot.name: _svg(plot, rows) for plot, rows in each if rows}


def _rows(plot: Plot, rows: Sequence[Row]) -> list[tuple[str, Spread]]:
    return [
        (row.subject, row.figures[plot.figure])
        for row in rows
        if row.benchmark == plot.benchmark and row.case == plot.case and plot.figure in row.figures
    ]


def _svg(plot: Plot, rows: Sequence[tuple[str, Spread]]) -> str:
    scale = _Scale.of([spread for _, spread in rows])
    height = _TOP + _LINE * len(rows) + 12
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
            'font-family="system-ui, sans-serif" font-size="13">'
        ),
        f"<title>{escape(plot.title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
        f'<text x="12" y="26" font-size="16" font-weight="600">{escape(plot.title)}</text>',
        *(_line(name, spread, scale, _TOP + _LINE * n) for n, (name, spread) in enumerate(rows)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _line(name: str, spread: Spread, scale: _Scale, top: int) -> str:
    color = _OURS if name.startswith("fleeting") else _OTHERS
    middle, low, high = top + 8, scale.x(spread.min), scale.x(spread.max)
    return "\n".join(
        [
            f'<text x="{_NAMES - 8}" y="{top + 13}" text-anchor="end">{escape(name)}</text>',
            (
                f'<rect x="{_NAMES}" y="{top}" width="{scale.x(spread.median) - _NAMES:.1f}" '
                f'height="16" fill="{color}"/>'
            ),
            (
                f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}" '
                f'stroke="{_WHISKER}" stroke-width="2"/>'
            ),
            (
                f'<text x="{max(high, scale.x(spread.median)) + 8:.1f}" y="{top + 13}">'
                f"{escape(figure(spread))}</text>"
            ),
        ]
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Logarithmic: the slowest and the fastest lie three powers of ten apart."""

    low: float
    high: float

    @classmethod
    def of(cls, spreads: Sequence[Spread]) -> _Scale:
        """From the power of ten below the least to the most."""
        least = min((spread.min for spread in spreads if spread.min > 0), default=1.0)
        most = max((spread.max for spread in spreads), default=1.0)
        low = 10 ** math.floor(math.log10(least))
        return cls(low / 2, max(most, low))

    def x(self, value: float) -> float:
        """Where it lies."""
        share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return _NAMES + share * _BARS
