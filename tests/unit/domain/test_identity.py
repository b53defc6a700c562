from __future__ import annotations

from fleeting.domain.identity import no_token, refused


def test_refusals_say_the_same_to_the_caller() -> None:
    assert refused("it has expired").message == refused("its signature is wrong").message


def test_refusal_keeps_its_reason_for_the_log() -> None:
    error = refused("it has expired")

    assert error.reason == "it has expired"
    assert "signature" not in error.message


def test_who_sends_no_token_is_told_how() -> None:
    error = no_token()

    assert "Authorization: Bearer" in error.message
    assert error.reason == "no token"
