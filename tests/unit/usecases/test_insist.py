from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.domain.errors import PortError, StoreCorrupt, StoreDenied, StoreUnavailable
from fleeting.usecases.insist import insist

AWAY = StoreUnavailable("the store is away")


def failing(times: int, error: PortError = AWAY) -> Callable[[], str]:
    """A call that fails so many times, then answers."""
    left = iter(range(times))

    def call() -> str:
        if next(left, None) is None:
            return "answer"
        raise error

    return call


def test_answer_comes_at_once() -> None:
    clock = ManualClock()

    assert insist(failing(0), clock) == "answer"
    assert clock.elapsed().total_seconds() == 0


@pytest.mark.parametrize("error", [AWAY, StoreDenied("wrong password")])
def test_store_that_is_away_or_refuses_is_waited_for(error: PortError) -> None:
    assert insist(failing(100, error), ManualClock()) == "answer"


@pytest.mark.parametrize(
    ("times", "seconds"), [(1, 0.1), (2, 0.3), (3, 0.8), (4, 1.8), (5, 3.8), (6, 5.8), (7, 7.8)]
)
def test_pauses_grow_to_two_seconds(times: int, seconds: float) -> None:
    clock = ManualClock()

    insist(failing(times), clock)

    assert clock.elapsed().total_seconds() == pytest.approx(seconds)


def test_error_that_waiting_does_not_mend_is_passed_on() -> None:
    with pytest.raises(StoreCorrupt):
        insist(failing(1, StoreCorrupt("garbage")), ManualClock())


def test_outage_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        insist(failing(9), ManualClock())

    assert [entry.getMessage() for entry in caplog.records] == [
        "waiting for the store: the store is away"
    ]
