from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.claims import MAX_SUBJECT, ClaimNames, identity_of
from fleeting.domain.errors import NotAuthenticated
from fleeting.domain.identity import Identity

NAMES = ClaimNames()
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def reason(claims: dict[str, object], names: ClaimNames = NAMES, *clients: str) -> str | None:
    with pytest.raises(NotAuthenticated) as caught:
        identity_of(claims, names, clients=frozenset(clients))
    return caught.value.reason


def test_claims_of_rfc_9068_are_found_without_settings() -> None:
    claims = {"sub": "alice", "client_id": "app", "scope": "a b", "groups": ["g", "h"]}

    assert identity_of(claims, NAMES) == Identity(
        "alice", frozenset({"a", "b"}), frozenset({"g", "h"})
    )


def test_program_without_subject_is_its_client() -> None:
    assert identity_of({"client_id": "app"}, NAMES).subject == "app"


def test_subject_is_missing_where_no_claim_has_it() -> None:
    assert reason({"name": "alice"}) == "there is no claim sub or client_id"


@pytest.mark.parametrize("subject", ["", "x" * (MAX_SUBJECT + 1), 7, ["alice"], {}])
def test_subject_that_cannot_be_is_refused(subject: object) -> None:
    """Not passed over for the next claim: a program must not be taken for a user."""
    assert reason({"sub": subject, "client_id": "app"}) == (
        "the claim sub is no text of 1 to 256 characters"
    )


@pytest.mark.parametrize("subject", ["a\nb", "a\x00", "\u202etxt", "a\tb"])
def test_subject_that_would_disturb_a_log_is_refused(subject: str) -> None:
    assert "cannot be printed" in (reason({"sub": subject}) or "")


@pytest.mark.parametrize("scope", ["a b", ["a", "b"], " a  b "])
def test_scopes_are_text_or_a_list(scope: object) -> None:
    assert identity_of({"sub": "x", "scope": scope}, NAMES).scopes == {"a", "b"}


def test_group_with_spaces_is_one_group() -> None:
    group = "CN=Data Science,OU=Groups,DC=corp"

    assert identity_of({"sub": "x", "groups": group}, NAMES).groups == {group}


@pytest.mark.parametrize("name", ["scope", "groups"])
@pytest.mark.parametrize("value", [7, True, {"a": 1}, [1], [["a"]]])
def test_list_of_another_form_is_refused(name: str, value: object) -> None:
    assert reason({"sub": "x", name: value}) == (
        f"the claim {name} is neither text nor a list of texts"
    )


def test_names_are_settings_and_dots_lead_into_objects() -> None:
    names = ClaimNames(subject=("uid",), scope="scp", groups="realm_access.roles")
    claims = {"uid": "alice", "scp": ["a"], "realm_access": {"roles": ["admin"]}}

    assert identity_of(claims, names) == Identity("alice", frozenset("a"), frozenset({"admin"}))


def test_very_name_comes_before_its_steps() -> None:
    names = ClaimNames(groups="https://corp.example/groups")

    assert identity_of({"sub": "x", "https://corp.example/groups": "g"}, names).groups == {"g"}


@pytest.mark.parametrize("claims", [{"a": "text"}, {"a": {"c": 1}}, {}, {"a": [1]}])
def test_steps_that_lead_nowhere_find_nothing(claims: dict[str, object]) -> None:
    assert identity_of({"sub": "x", **claims}, ClaimNames(groups="a.b")).groups == frozenset()


@pytest.mark.parametrize(
    "claims", [{"client_id": "app"}, {"azp": "app"}, {"client_id": "app", "azp": "app"}]
)
def test_client_that_is_allowed_counts(claims: dict[str, object]) -> None:
    assert identity_of({"sub": "x", **claims}, NAMES, clients=frozenset({"app"})).subject == "x"


@pytest.mark.parametrize(
    "claims",
    [{"client_id": "other"}, {"client_id": "app", "azp": "other"}, {"azp": ["app"]}, {}],
)
def test_client_that_is_not_allowed_is_refused(claims: dict[str, object]) -> None:
    assert "cl" in (reason({"sub": "x", **claims}, NAMES, "app") or "")


@given(st.dictionaries(st.sampled_from(["sub", "client_id", "azp", "scope", "groups", "x"]), JSON))
def test_any_claims_give_an_identity_or_a_refusal(claims: dict[str, object]) -> None:
    with suppress(NotAuthenticated):
        identity = identity_of(claims, NAMES, clients=frozenset({"app"}))

        assert identity.subject.isprintable()
        assert 0 < len(identity.subject) <= MAX_SUBJECT
