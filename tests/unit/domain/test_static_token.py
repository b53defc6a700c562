from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fleeting.domain.errors import NotAuthenticated
from fleeting.domain.identity import Identity
from fleeting.domain.principal import Scope
from fleeting.domain.static_token import (
    ENTROPY_BYTES,
    StaticToken,
    StaticTokens,
    compose,
    digest_of,
    identity_of,
    is_well_formed,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TOKEN = compose(bytes(range(ENTROPY_BYTES)))
ENTROPY = st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES)


def kept(token: str = TOKEN, expires: datetime | None = None) -> StaticToken:
    return StaticToken(
        digest=digest_of(token),
        subject="ci",
        scopes=(Scope.SUBMIT,),
        groups=("builders",),
        created=NOW,
        expires=expires,
    )


def known(*tokens: StaticToken) -> dict[str, StaticToken]:
    return {token.id: token for token in tokens}


def reason(token: str, *tokens: StaticToken) -> str | None:
    with pytest.raises(NotAuthenticated) as caught:
        identity_of(token, known(*tokens), NOW)
    return caught.value.reason


def test_form_is_as_documented() -> None:
    """This very text: scanners outside look for it, and a change would end all tokens."""
    assert TOKEN == "flt_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf3fhZfw"


@given(ENTROPY)
def test_what_is_composed_is_well_formed(entropy: bytes) -> None:
    assert is_well_formed(compose(entropy))


@given(ENTROPY, ENTROPY)
def test_other_entropy_is_another_token(one: bytes, other: bytes) -> None:
    assert (compose(one) == compose(other)) == (one == other)


@given(st.data())
def test_no_character_may_be_mistyped(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TOKEN) - 1))
    other = data.draw(st.characters().filter(lambda one: one != TOKEN[at]))

    assert not is_well_formed(TOKEN[:at] + other + TOKEN[at + 1 :])


@pytest.mark.parametrize("text", ["", "flt_", TOKEN[:-1], TOKEN + "0", f"{TOKEN}\n", TOKEN.upper()])
def test_other_texts_are_not_well_formed(text: str) -> None:
    assert not is_well_formed(text)
    assert reason(text, kept()) == "it has not the form of a static token"


def test_token_is_kept_as_its_sha_256() -> None:
    assert kept().digest == hashlib.sha256(TOKEN.encode()).hexdigest()
    assert kept().id == kept().digest[:12]
    assert TOKEN not in StaticTokens(tokens=(kept(),)).model_dump_json()


def test_known_token_speaks_for_its_subject() -> None:
    identity = identity_of(TOKEN, known(kept()), NOW)

    assert identity == Identity("ci", frozenset({"tasks:submit"}), frozenset({"builders"}))


def test_token_counts_until_it_expires() -> None:
    assert identity_of(TOKEN, known(kept(expires=NOW + timedelta(seconds=1))), NOW)
    assert reason(TOKEN, kept(expires=NOW)) == "it has expired"


def test_unknown_token_is_refused() -> None:
    assert "among the static tokens" in (reason(TOKEN, kept(compose(bytes(ENTROPY_BYTES)))) or "")


def test_token_whose_digest_only_begins_like_a_known_one_is_refused() -> None:
    one = kept()
    almost = one.model_copy(update={"digest": one.digest[:12] + "0" * 52})

    assert "among the static tokens" in (reason(TOKEN, almost) or "")


def test_tokens_come_and_go() -> None:
    one, other = kept(), kept(compose(bytes(ENTROPY_BYTES)))
    both = StaticTokens().with_token(one).with_token(other)

    assert both.tokens == (one, other)
    assert both.without(one).tokens == (other,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest": "abc"},
        {"subject": ""},
        {"subject": "x" * 257},
        {"subject": "ci\nadmin"},
        {"scopes": ("everything",)},
        {"created": datetime(2026, 1, 1)},  # noqa: DTZ001 - the point
        {"token": TOKEN},
    ],
    ids=str,
)
def test_what_is_kept_has_a_form(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        StaticToken.model_validate(kept().model_dump() | wrong)
