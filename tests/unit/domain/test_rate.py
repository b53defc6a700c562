"""Rates are read as written, and a caller is told of the window that matters."""

from __future__ import annotations

import pytest

from fleeting.domain.errors import BatchTooLarge, RateLimited
from fleeting.domain.rate import (
    RateClass,
    Standing,
    Window,
    check_cost,
    check_standing,
    parse_windows,
    site_of,
    tightest,
)

BURST = Window(100, 1)
SUSTAINED = Window(2000, 60)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("", ()),
        ("  ", ()),
        ("100/second", (BURST,)),
        ("100/second,2000/minute", (BURST, SUSTAINED)),
        (" 100/1 seconds , 2000/60 seconds ", (BURST, SUSTAINED)),
        ("5/2minutes, 9/day", (Window(5, 120), Window(9, 86400))),
    ],
)
def test_rates_are_read(text: str, windows: tuple[Window, ...]) -> None:
    assert parse_windows(text) == windows


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("100", "is no rate"),
        ("100/fortnight", "is no rate"),
        ("-1/second", "is no rate"),
        ("1/second,", "is no rate"),
        ("0/second", "an amount is from 1"),
        ("100001/hour", "an amount is from 1"),
        ("1/2 days", "from a second to a day"),
        ("1/0 seconds", "from a second to a day"),
        ("1/minute, 2/60 seconds", "two windows of the same length"),
    ],
)
def test_what_is_no_rate_is_named(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_windows(text)


@pytest.mark.parametrize("text", ["100/second", "2000/minute", "5/2 minutes", "7/90 seconds"])
def test_windows_are_written_as_they_are_read(text: str) -> None:
    [window] = parse_windows(text)
    assert str(window) == text


def test_a_batch_beyond_the_smallest_window_can_never_pass() -> None:
    check_cost(100, [SUSTAINED, BURST])
    with pytest.raises(BatchTooLarge, match="send at most 100 at once"):
        check_cost(101, [SUSTAINED, BURST])


def test_the_window_that_holds_up_matters_most() -> None:
    empty = Standing(BURST, 100, 0.5, 0)
    held = Standing(SUSTAINED, 1990, 10, 3)
    assert tightest([empty, held]) is held


def test_else_the_one_with_least_left() -> None:
    long = Standing(SUSTAINED, 1990, 30, 0)
    assert tightest([Standing(BURST, 1, 1, 0), long]) is long


def test_no_less_than_nothing_remains() -> None:
    """An amount may have been lowered under what is taken."""
    assert Standing(BURST, 150, 1, 1).remaining == 0


def test_who_has_to_wait_is_told_how_long() -> None:
    with pytest.raises(RateLimited, match="submit requests is 2000/minute: try again in 3") as told:
        check_standing(Standing(SUSTAINED, 2000, 2.5, 2.5), RateClass.SUBMIT)
    assert told.value.retry_after == 2.5


def test_who_fits_passes() -> None:
    check_standing(Standing(SUSTAINED, 2000, 2.5, 0), RateClass.SUBMIT)


@pytest.mark.parametrize(
    ("client", "site"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_stands_for_whoever_has_it(client: str, site: str) -> None:
    assert site_of(client) == site
