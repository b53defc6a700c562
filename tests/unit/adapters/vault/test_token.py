from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.adapters.vault.token import Token, login_pause


def a_token(seconds=3600, *, renewable=True, since=100.0):
    auth = {"client_token": "s.canary", "lease_duration": seconds, "renewable": renewable}
    return Token.of(auth, since=since)


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 10**7))
def test_a_token_is_renewed_in_the_tenth_before_two_thirds_of_its_life(draw, seconds):
    part = (a_token(seconds).due(draw) - 100) / seconds

    assert 0.6 - 1e-9 <= part <= 2 / 3 + 1e-9


def test_a_token_ends_with_its_duration():
    token = a_token(60)

    assert not token.has_ended(159.9)
    assert token.has_ended(160)


def test_a_token_without_a_duration_does_not_end():
    assert not a_token(0).has_ended(1e12)


@pytest.mark.parametrize(("granted", "is_ending"), [(3600, False), (1800, False), (1799, True)])
def test_a_renewal_that_gives_less_than_half_is_the_last(granted, is_ending):
    renewed = a_token().renewed({"lease_duration": granted, "renewable": True}, since=200)

    assert renewed.is_ending is is_ending


def test_a_token_that_cannot_be_renewed_is_ending():
    assert a_token(renewable=False).is_ending


def test_a_token_is_shown_without_its_text():
    assert "canary" not in repr(a_token())


def test_no_five_refused_logins_come_before_vault_forgets_the_first_ones():
    """It forgets all of them after a quarter of an hour without one, and five lock a role out."""
    pauses = [login_pause(refusals) for refusals in range(1, 7)]

    assert pauses == sorted(pauses)
    assert all(pause > timedelta(minutes=15) for pause in pauses[3:])
