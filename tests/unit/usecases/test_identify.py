"""From a token to a principal, under the policy in force."""

from __future__ import annotations

import pytest

from fleeting.domain.errors import NotAuthenticated
from fleeting.domain.identity import Identity
from fleeting.domain.policy import DEFAULT_POLICY, Grant, Policy
from fleeting.domain.principal import Scope
from fleeting.usecases.identify import Identify

ALICE = Identity("alice", frozenset({"results:read"}), frozenset({"data"}))


class Tokens:
    """Takes tokens that are names."""

    def __init__(self) -> None:
        self.policy = DEFAULT_POLICY

    async def authenticate(self, token: str | None) -> Identity:
        if token is None:
            raise NotAuthenticated("send a token")
        return Identity(token, ALICE.scopes, ALICE.groups)

    def current(self) -> Policy:
        return self.policy


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def identify(tokens: Tokens) -> Identify:
    return Identify(tokens, tokens)


async def test_a_token_becomes_a_principal(identify: Identify) -> None:
    principal = await identify("alice")
    assert principal.subject == "alice"
    assert principal.scopes == {Scope.READ}


async def test_without_a_token_there_is_none(identify: Identify) -> None:
    with pytest.raises(NotAuthenticated):
        await identify(None)


async def test_groups_count(identify: Identify, tokens: Tokens) -> None:
    tokens.policy = Policy(grants=(Grant(groups=("data",)),))
    assert (await identify("alice")).has(Scope.READ)


async def test_the_same_identity_is_the_same_principal(identify: Identify) -> None:
    assert await identify("alice") is await identify("alice")
    assert await identify("alice") is not await identify("bob")


async def test_another_policy_counts_at_once(identify: Identify, tokens: Tokens) -> None:
    await identify("alice")
    tokens.policy = Policy()
    assert not (await identify("alice")).scopes


async def test_only_so_many_principals_are_kept(identify: Identify) -> None:
    for number in range(5000):
        await identify(f"subject-{number}")
    assert len(identify._known) <= 4096
