from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.domain.errors import SecretForbidden, SecretsUnavailable
from fleeting.usecases.outages import Outages

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def outages(clock: ManualClock) -> Outages:
    return Outages(clock)


def ask(outages: Outages, path: str = "kv/db", error: Exception | None = None) -> bool:
    """Whether the source was asked; it answers with `error`."""
    is_asked = False
    try:
        with outages.asking(path):
            is_asked = True
            if error is not None:
                raise error
    except type(error or SecretsUnavailable()):
        return is_asked
    return is_asked


AWAY = SecretsUnavailable("it is sealed")


def test_what_answers_is_asked(outages: Outages) -> None:
    assert ask(outages)
    assert ask(outages)


def test_nobody_else_waits_for_what_was_away_a_moment_ago(
    outages: Outages, clock: ManualClock
) -> None:
    assert ask(outages, error=AWAY)
    clock.advance(2.9 * SECOND)

    with pytest.raises(SecretsUnavailable, match="it is sealed"), outages.asking("kv/other"):
        pytest.fail("it was asked")


def test_it_is_asked_again_after_a_pause_and_by_all_once_it_answers(
    outages: Outages, clock: ManualClock
) -> None:
    ask(outages, error=AWAY)
    clock.advance(3 * SECOND)

    assert ask(outages)
    assert ask(outages)


def test_one_at_a_time_finds_out_whether_it_is_over(outages: Outages, clock: ManualClock) -> None:
    ask(outages, error=AWAY)
    clock.advance(3 * SECOND)

    with outages.asking("kv/db"):
        assert not ask(outages)


def test_an_outage_that_goes_on_is_waited_for_anew(outages: Outages, clock: ManualClock) -> None:
    ask(outages, error=AWAY)
    clock.advance(3 * SECOND)
    assert ask(outages, error=AWAY)

    assert not ask(outages)
    clock.advance(3 * SECOND)
    assert ask(outages)


def test_a_refusal_is_an_answer(outages: Outages, clock: ManualClock) -> None:
    ask(outages, error=AWAY)
    clock.advance(3 * SECOND)

    assert ask(outages, error=SecretForbidden("no"))
    assert ask(outages)


def test_mounts_are_away_by_themselves(outages: Outages) -> None:
    ask(outages, "database/creds/app", AWAY)

    assert ask(outages, "kv/db")
    assert not ask(outages, "database/creds/other")
