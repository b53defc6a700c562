from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.domain.backlog import Backlog, check_backlog, describe_backlog, drain_rate
from fleeting.domain.errors import QueueFull
from fleeting.domain.limits import Limits

from .make import SECOND

HOUR = timedelta(hours=1)
LIMITS = Limits.model_validate({"max_queued": 100, "max_queue_age_seconds": 3600})


def refusal(backlog: Backlog, *, drained: float | None = None) -> QueueFull:
    with pytest.raises(QueueFull) as caught:
        check_backlog(backlog, LIMITS, drained=drained)
    return caught.value


@pytest.mark.parametrize(
    "backlog", [Backlog(0, None), Backlog(99, HOUR), Backlog(99, None)], ids=str
)
def test_queue_within_its_bounds_takes_more(backlog: Backlog) -> None:
    check_backlog(backlog, LIMITS, drained=None)


def test_queue_that_is_too_long_takes_no_more() -> None:
    assert "100 tasks have not" in refusal(Backlog(100, SECOND)).message


def test_open_tasks_count_where_they_are_known() -> None:
    """A message may carry many."""
    assert "100 tasks have not" in refusal(Backlog(3, SECOND, open_tasks=100)).message
    check_backlog(Backlog(3, SECOND, open_tasks=99), LIMITS, drained=None)


def test_queue_whose_oldest_task_waits_too_long_takes_no_more() -> None:
    assert "waited for 3601 seconds" in refusal(Backlog(1, HOUR + SECOND)).message


@pytest.mark.parametrize("backlog", [Backlog(10**9, None), Backlog(1, 1000 * HOUR)], ids=str)
def test_zero_is_no_bound(backlog: Backlog) -> None:
    limits = Limits.model_validate({"max_queued": 0, "max_queue_age_seconds": 0})

    check_backlog(backlog, limits, drained=None)


@pytest.mark.parametrize(
    ("count", "drained", "seconds"),
    [
        (100, None, 5),
        (100, 1000.0, 1),
        (149, 10.0, 5),
        (150, 10.0, 6),
        (10**6, 1.0, 60),
    ],
)
def test_refusal_says_when_there_is_room_again(
    count: int, drained: float | None, seconds: int
) -> None:
    """As fast as the queue gets shorter: from a second to a minute."""
    error = refusal(Backlog(count, None), drained=drained)

    assert error.retry_after == seconds
    assert f"in {seconds} seconds" in error.message


def test_queue_that_is_too_old_has_room_once_what_waits_is_done() -> None:
    assert refusal(Backlog(50, 2 * HOUR), drained=5).retry_after == 10


@pytest.mark.parametrize(
    ("before", "after", "passed", "rate"),
    [
        (100, 80, 2 * SECOND, 10.0),
        (100, 100, SECOND, None),
        (100, 110, SECOND, None),
        (100, 80, 0 * SECOND, None),
    ],
)
def test_drain_rate_is_what_the_queue_lost_a_second(
    before: int, after: int, passed: timedelta, rate: float | None
) -> None:
    assert drain_rate(Backlog(before, None), Backlog(after, None), passed) == rate


@pytest.mark.parametrize(
    ("backlog", "text"),
    [
        (Backlog(0, None), "0 message(s) wait"),
        (Backlog(2, 90 * SECOND), "2 message(s) wait, the oldest for 90 s"),
        (Backlog(0, None, open_tasks=7), "0 message(s) wait; 7 task(s) have not ended"),
    ],
)
def test_backlog_is_told_in_words(backlog: Backlog, text: str) -> None:
    assert describe_backlog(backlog) == text
