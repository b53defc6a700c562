from __future__ import annotations

import math
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.stats import Spread, number_at, spread

NUMBERS = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1)


def test_nothing_has_no_spread() -> None:
    assert spread([]) is None


def test_spread_of_one_number_is_that_number() -> None:
    assert spread([7.5]) == Spread(count=1, min=7.5, mean=7.5, max=7.5, p50=7.5, p95=7.5)


def test_spread_of_one_to_a_hundred() -> None:
    numbers = [float(n) for n in range(100, 0, -1)]

    assert spread(numbers) == Spread(count=100, min=1, mean=50.5, max=100, p50=50, p95=95)


@pytest.mark.parametrize(
    ("count", "p50", "p95"), [(2, 1, 2), (3, 2, 3), (19, 10, 19), (20, 10, 19)]
)
def test_percentile_is_the_smallest_number_with_that_share_below_or_at_it(
    count: int, p50: float, p95: float
) -> None:
    """Nearest rank, whatever the count."""
    figures = spread(float(n) for n in range(1, count + 1))

    assert figures is not None
    assert (figures.p50, figures.p95) == (p50, p95)


@given(NUMBERS)
def test_percentiles_are_members_in_order(numbers: list[float]) -> None:
    figures = spread(numbers)

    assert figures is not None
    assert {figures.min, figures.p50, figures.p95, figures.max} <= set(numbers)
    assert figures.min <= figures.p50 <= figures.p95 <= figures.max
    assert figures.count == len(numbers)


@given(NUMBERS)
def test_mean_lies_between_the_extremes(numbers: list[float]) -> None:
    figures = spread(numbers)

    assert figures is not None
    assert math.isfinite(figures.mean)
    # One rounding of the division may carry the mean just past an extreme.
    assert figures.min <= math.nextafter(figures.mean, math.inf)
    assert math.nextafter(figures.mean, -math.inf) <= figures.max


@given(st.lists(st.floats(-1e100, 1e100), min_size=1))
def test_mean_is_the_exact_one_rounded(numbers: list[float]) -> None:
    figures = spread(numbers)

    assert figures is not None
    assert figures.mean == fmean(numbers)


def test_mean_is_found_where_the_sum_is_too_large_for_a_float() -> None:
    figures = spread([1.7e308, 1.7e308, 1.7e308])

    assert figures is not None
    assert figures.mean == pytest.approx(1.7e308)


@pytest.mark.parametrize(
    ("value", "field", "number"),
    [
        (3, None, 3.0),
        (3.5, None, 3.5),
        (3, "", 3.0),
        ({"price": 2}, "price", 2.0),
        ({"a": {"b": {"c": 1}}}, "a.b.c", 1.0),
        ([5, 6], "0", 5.0),
        ([5, 6], "1", 6.0),
        ({"rows": [{"price": 9}]}, "rows.0.price", 9.0),
        ({"0": 4}, "0", 4.0),
    ],
)
def test_number_is_found_at_its_path(value: Any, field: str | None, number: float) -> None:
    found = number_at(value, field)

    assert found == number
    assert isinstance(found, float)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("3", None),
        (True, None),
        (None, None),
        ([3], None),
        ({"price": False}, "price"),
        ({"price": 2}, "prize"),
        ({"price": 2}, "price.net"),
        (3, "price"),
        ([5, 6], "2"),
        ([5, 6], "-1"),
        ([5, 6], "x"),
        ([5, 6], "9" * 18),
        ([5, 6], "9" * 5000),
        ([5, 6], "1" + "0" * 18),
        ([5, 6], "0" * 18 + "1"),
        ({"a": 1}, "a."),
        (10**400, None),
        (math.inf, None),
        (math.nan, None),
    ],
)
def test_there_is_no_number_elsewhere(value: Any, field: str | None) -> None:
    assert number_at(value, field) is None


def test_path_parts_of_18_digits_are_read() -> None:
    assert number_at([5, 6], "0" * 17 + "1") == 6.0
