from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fleeting.domain import errors
from fleeting.domain.retry import CAUSE_OF, Backoff, decide_retry
from fleeting.domain.task import RetryCause

from .make import SECOND, a_running_record

ALL: tuple[RetryCause, ...] = get_args(RetryCause)
DRAWS = st.floats(0, 1, exclude_max=True)
SPANS = st.timedeltas(timedelta(milliseconds=1), timedelta(days=1))


@given(SPANS, SPANS, st.floats(1, 10), st.integers(1, 10**6), DRAWS)
def test_delay_lies_between_nothing_and_the_cap(
    base: timedelta, cap: timedelta, factor: float, attempt: int, draw: float
) -> None:
    delay = Backoff(base=base, cap=cap, factor=factor).delay(attempt, draw)

    assert timedelta(0) <= delay <= cap


@given(SPANS, st.floats(1, 10), st.integers(1, 20), DRAWS)
def test_later_attempt_may_wait_at_least_as_long(
    base: timedelta, factor: float, attempt: int, draw: float
) -> None:
    backoff = Backoff(base=base, factor=factor)

    assert backoff.delay(attempt, draw) <= backoff.delay(attempt + 1, draw)


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (99, 60)]
)
def test_longest_delay_doubles_from_a_second_to_a_minute(attempt: int, seconds: int) -> None:
    assert Backoff().delay(attempt, 1.0) == seconds * SECOND


@given(SPANS, SPANS, st.integers(1, 20), DRAWS)
def test_an_outage_is_waited_out_for_longer_but_not_beyond_the_cap(
    base: timedelta, cap: timedelta, attempt: int, draw: float
) -> None:
    backoff = Backoff(base=base, cap=cap)

    assert backoff.delay(attempt, draw) <= backoff.outage_delay(attempt, draw) <= cap


def test_three_attempts_last_through_an_outage_of_a_quarter_of_a_minute_at_least() -> None:
    assert sum((Backoff().outage_delay(n, 0.0) for n in (1, 2)), timedelta(0)) == 15 * SECOND


def test_jitter_is_full() -> None:
    assert Backoff().delay(3, 0.0) == timedelta(0)
    assert Backoff().delay(3, 0.25) == SECOND


def test_slow_growth_reaches_a_far_cap() -> None:
    """64 doublings, 2^64 times the base: no installation waits longer."""
    backoff = Backoff(base=timedelta(microseconds=1), cap=timedelta(days=366))

    assert backoff.delay(65, 1.0) == timedelta(days=366)


@pytest.mark.parametrize(
    "wrong",
    [{"base": timedelta(0)}, {"cap": timedelta(0)}, {"factor": 0.9}, {"factor": 10.1}],
)
def test_impossible_backoff_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Backoff.model_validate(wrong)


def test_backoff_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Backoff().factor = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("script_raised", "raised"),
        ("run_timed_out", "timed_out"),
        ("memory_exceeded", "memory"),
        ("cpu_time_exceeded", "cpu"),
        ("run_died", "died"),
        ("sandbox_unavailable", "worker_lost"),
    ],
)
def test_failure_is_repeated_where_its_cause_is_named(code: str, cause: RetryCause) -> None:
    others = tuple(other for other in ALL if other != cause)

    assert decide_retry(a_running_record(), code, (cause,), Backoff(), 0.5) == 0.5 * SECOND
    assert decide_retry(a_running_record(), code, others, Backoff(), 0.5) is None


@pytest.mark.parametrize(
    "code",
    [
        cls.code
        for cls in (*errors.RunError.__subclasses__(), *errors.RequestError.__subclasses__())
        if cls.code not in CAUSE_OF
    ],
)
def test_failure_that_would_come_again_is_final(code: str) -> None:
    assert decide_retry(a_running_record(), code, ALL, Backoff(), 0.5) is None


def test_last_attempt_is_not_repeated() -> None:
    last = a_running_record(attempt=3)

    assert decide_retry(last, "script_raised", ALL, Backoff(), 0.5) is None


def test_last_but_one_attempt_is_repeated_after_its_own_delay() -> None:
    last_but_one = a_running_record(attempt=2)

    assert decide_retry(last_but_one, "script_raised", ALL, Backoff(), 0.5) == SECOND
