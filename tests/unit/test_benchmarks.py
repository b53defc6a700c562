"""The pure part of the benchmarks: statistics over rounds, ratios by name, the page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cells import figure
from benchmarks.machine import facts
from benchmarks.program import main
from benchmarks.ratio import Ratio, less, more, spreads
from benchmarks.ratios import RATIOS
from benchmarks.report import Findings, page, read
from benchmarks.rows import Measured, Place, Row, collect
from benchmarks.spread import Spread, percentile, ratios

DOCS = Path(__file__).parents[2] / "docs"

FAST = Place("drain", "fast")
SLOW = Place("drain", "slow")

times = st.lists(st.floats(min_value=1e-6, max_value=1e6), min_size=1, max_size=300)


def rounds_of(place: Place, *rates: float) -> list[Measured]:
    return [Measured(place, {"tasks_per_second": rate}) for rate in rates]


def ratio(top: Place = FAST, bottom: Place = SLOW) -> Ratio:
    return more("fast_vs_slow", "tasks_per_second", (top, bottom), "fast over slow")


def findings(rows: list[Row], found: dict[str, Spread]) -> Findings:
    return Findings(
        date=dt.date(2030, 1, 2),
        machine=facts(),
        profile="full",
        rounds=3,
        rows=rows,
        ratios={name: spread.median for name, spread in found.items()},
        ratio_spreads=found,
    )


def test_ratio_is_taken_within_its_round() -> None:
    """A round in which everything is ten times slower does not change it."""
    found = ratios(Spread.of([200, 20, 400]), Spread.of([100, 10, 200]))

    assert found == Spread(median=2, min=2, max=2, rounds=(2, 2, 2))


def test_ratio_of_different_numbers_of_rounds_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratios(Spread.of([1, 2]), Spread.of([1]))


@given(times)
def test_median_lies_between_the_ends(values: list[float]) -> None:
    found = Spread.of(values)

    assert found.min <= found.median <= found.max
    assert found.rounds == tuple(values)


@given(times)
def test_percentiles_lie_among_the_values_in_order(values: list[float]) -> None:
    """But for the last bits: they are weighted means of two values."""
    found = [min(values), percentile(values, 50), percentile(values, 99), max(values)]

    assert found == pytest.approx(sorted(found), rel=1e-9)


def test_p99_of_a_hundred_and_one_is_the_last_but_one() -> None:
    assert percentile([float(n) for n in range(101)], 99) == 99


def test_rounds_of_a_place_are_collected_in_order() -> None:
    interleaved = [
        *rounds_of(FAST, 30),
        *rounds_of(SLOW, 3),
        *rounds_of(FAST, 10),
        *rounds_of(SLOW, 1),
    ]

    [fast, slow] = collect(interleaved)

    assert (fast.place, fast.figures["tasks_per_second"].rounds) == (FAST, (30, 10))
    assert (slow.place, slow.figures["tasks_per_second"].rounds) == (SLOW, (3, 1))


def test_ratio_without_both_rows_is_left_out() -> None:
    rows = collect(rounds_of(FAST, 1))

    assert spreads([ratio(), ratio(SLOW, FAST)], rows) == {}


def test_ratio_names_are_unique() -> None:
    names = [one.name for one in RATIOS]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("values", "shown"),
    [([1234.5], "1,234"), ([0.12345], "0.123"), ([1, 3, 2], "2 (1\N{EN DASH}3)")],
)
def test_figures_have_three_digits_and_their_range(values: list[float], shown: str) -> None:
    assert figure(Spread.of(values)) == shown


def test_page_shows_each_ratio_with_its_direction_and_range() -> None:
    spread = Spread.of([0.25, 0.5, 1])
    found = findings([], {"latency_idle_vs_celery": spread, "drain_fresh_vs_celery": spread})

    text = page(found)

    assert "| `latency_idle_vs_celery` | ↓ | 0.5 (0.25\N{EN DASH}1) |" in text
    assert "| `drain_fresh_vs_celery` | ↑ | 0.5 (0.25\N{EN DASH}1) |" in text


def test_page_shows_every_row() -> None:
    rows = collect([*rounds_of(FAST, 30, 10, 20), *rounds_of(SLOW, 3, 1, 2)])

    text = page(findings(rows, {}))

    assert "| fast | 20 (10\N{EN DASH}30) |" in text
    assert "| slow | 2 (1\N{EN DASH}3) |" in text


def test_page_names_machine_and_versions() -> None:
    found = findings([], {})

    text = page(found)

    assert found.machine.processor in text
    assert found.machine.kernel in text
    assert f"celery {found.machine.libraries['celery']}" in text


def test_less_and_more_differ_in_what_is_better() -> None:
    assert ratio().is_more_better
    assert not less("cost", "cpu_us_per_task", (FAST, SLOW), "cost").is_more_better


def test_published_page_says_what_the_published_json_says() -> None:
    """After a change of the wording: `python benchmarks/run.py --render`."""
    found = read(DOCS / "benchmarks.json")

    assert (DOCS / "benchmarks.md").read_text(encoding="utf-8") == page(found)


def test_published_json_has_every_ratio_as_a_number() -> None:
    found = read(DOCS / "benchmarks.json")

    assert list(found.ratios) == [one.name for one in RATIOS]
    assert all(found.ratios[name] == found.ratio_spreads[name].median for name in found.ratios)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--rounds", "0"], "1 or more"), (["--only", "nothing"], "'tasks', 'values', 'submit'")],
)
def test_nonsense_is_refused_with_the_choices(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert raised.value.code == 2
    assert told in capsys.readouterr().err
