"""What every `Authenticator` must do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import pytest

from ..domain.errors import AuthenticatorUnavailable, NotAuthenticated
from ..domain.identity import Identity
from ..ports.authenticator import Authenticator
from .contract import Contract, Run, optional

GARBAGE: Final = {
    "empty": "",
    "space": " ",
    "word": "token",
    "dots": "..",
    "empty object": "e30.e30.",
    "no signature": "eyJhbGciOiJub25lIn0.e30.",
    "not ascii": "tökén",
    "surrogate": "\udcff",
    "zero byte": "a\x00b",
    "line end": "a\r\nX-Injected: b",
    "long": "a" * 1_000_000,
    "many dots": "." * 10_000,
    "deep": "W1tbW1tb" * 1_000,
    "form": "x&client_id=admin",
    "json": '{"active": true}',
    "bearer": "Bearer abc",
}
"""Texts that a careless authenticator fails over."""


class AuthenticatorContract(Contract):
    """The contract of `ports.authenticator.Authenticator`.

    Fixtures to supply:
        authenticator: an `Authenticator`.
        token: a token that counts.
        identity: the `Identity` that it speaks for.
        refused: tokens that do not count, by what is wrong with each.
        away (optional): an `Authenticator` that cannot reach what it would have to ask.
    """

    def test_token_that_counts_tells_who_asks(
        self, run: Run, authenticator: Authenticator, token: str, identity: Identity
    ) -> None:
        """Subject, scopes and groups."""
        assert run(authenticator.authenticate(token)) == identity

    def test_same_token_gives_the_same_identity(
        self, run: Run, authenticator: Authenticator, token: str
    ) -> None:
        """As often as it comes."""
        first = run(authenticator.authenticate(token))

        assert [run(authenticator.authenticate(token)) for _ in range(3)] == [first] * 3

    def test_calls_may_overlap(
        self, run: Run, authenticator: Authenticator, token: str, identity: Identity
    ) -> None:
        """Also the first ones, and those that are refused."""

        async def together() -> list[Identity | BaseException]:
            calls = (authenticator.authenticate(one) for one in (token, "garbage") * 10)
            return await asyncio.gather(*calls, return_exceptions=True)

        answers = run(together())

        assert answers[::2] == [identity] * 10
        assert all(isinstance(answer, NotAuthenticated) for answer in answers[1::2])

    def test_no_token_is_refused(self, run: Run, authenticator: Authenticator) -> None:
        """With a message that says how to send one."""
        error = _refusal(run, authenticator, None)

        assert "Bearer" in error.message

    @pytest.mark.parametrize("kind", GARBAGE)
    def test_garbage_is_refused(self, run: Run, authenticator: Authenticator, kind: str) -> None:
        """As any other token that does not count; nothing else is ever raised."""
        _refusal(run, authenticator, GARBAGE[kind])

    def test_token_that_does_not_count_is_refused_for_its_reason(
        self, run: Run, authenticator: Authenticator, refused: Mapping[str, str]
    ) -> None:
        """Every time, and the log learns what was wrong."""
        assert refused
        for token in refused.values():
            assert _refusal(run, authenticator, token).reason
            assert _refusal(run, authenticator, token).reason

    def test_caller_does_not_learn_what_was_wrong(
        self, run: Run, authenticator: Authenticator, refused: Mapping[str, str]
    ) -> None:
        """One message for all tokens, because it goes to a stranger."""
        bad = [*refused.values(), *GARBAGE.values()]

        assert len({_refusal(run, authenticator, token).message for token in bad}) == 1

    def test_refusal_holds_no_part_of_the_token(
        self, run: Run, authenticator: Authenticator, refused: Mapping[str, str]
    ) -> None:
        """Neither for the caller nor for the log."""
        for token in refused.values():
            error = _refusal(run, authenticator, token)
            parts = [part for part in token.split(".") if len(part) >= 8]
            said = f"{error.message} {error.reason} {error.args}"
            assert not any(part in said for part in [token, *parts])

    def test_nobody_is_refused_while_nobody_can_say(
        self, run: Run, token: str, request: pytest.FixtureRequest
    ) -> None:
        """Neither let in: AuthenticatorUnavailable, and nothing of the vendor's gets through."""
        away = optional(request, "away", what="something has to be asked about tokens")

        with pytest.raises(AuthenticatorUnavailable):
            run(away.authenticate(token))

    def test_who_has_no_token_is_refused_also_then(
        self, run: Run, request: pytest.FixtureRequest
    ) -> None:
        """Nothing has to be asked about that."""
        away = optional(request, "away", what="something has to be asked about tokens")

        _refusal(run, away, None)


def _refusal(run: Run, authenticator: Authenticator, token: str | None) -> NotAuthenticated:
    with pytest.raises(NotAuthenticated) as caught:
        run(authenticator.authenticate(token))
    assert caught.value.reason
    return caught.value
