"""Redis' time, and since when it has been there."""

from __future__ import annotations

import pytest

from fleeting.adapters.celery.server_clock import ServerClock


@pytest.fixture
def clock() -> ServerClock:
    return ServerClock(patience=5)


def test_nothing_is_known_before_the_first_note(clock):
    assert clock.served == 0


def test_notes_in_quick_succession_add_up(clock):
    for now in (1_000, 1_005, 1_010, 1_015):
        clock.note(now)

    assert clock.served == 15


def test_a_long_gap_starts_anew(clock):
    for now in (1_000, 1_005, 1_010.1):
        clock.note(now)

    assert clock.served == 0


def test_a_clock_that_goes_back_starts_anew(clock):
    """As after a failover to a machine with another clock."""
    clock.note(1_000)
    clock.note(999)

    assert clock.served == 0


def test_between_notes_the_time_is_estimated(clock):
    clock.note(1_000)

    assert clock.last == 1_000
    assert clock.now() == pytest.approx(1_000, abs=1)
