"""What running APIs do while the provider rotates its keys, goes away and comes back."""

from __future__ import annotations

import asyncio

import pytest

from fleeting.domain.errors import AuthenticatorUnavailable, NotAuthenticated

from ..servers.openid_provider import PROGRAM, REFERENCES, OpenIdProvider, signing_key
from .conftest import Make


@pytest.mark.parametrize("kind", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_tokens_of_rotated_keys_count_at_once(
    openid: OpenIdProvider, make: Make, kind: str
) -> None:
    authenticator = make(auth_keys_floor_seconds=0.1).authenticator
    await authenticator.authenticate(openid.token())

    openid.rotate(signing_key(kind, f"rotated-{kind}"), *openid.keys)
    await asyncio.sleep(0.2)  # the floor, which is what is tested: no fetch before it

    identity = await authenticator.authenticate(openid.token())
    assert identity.subject == PROGRAM


async def test_tokens_of_a_key_that_is_gone_count_no_more(
    openid: OpenIdProvider, make: Make
) -> None:
    authenticator = make(auth_keys_floor_seconds=0.1, auth_keys_refresh_seconds=1).authenticator
    old = openid.token()
    await authenticator.authenticate(old)

    openid.rotate(signing_key("RS256", "the-only-one"))
    await asyncio.sleep(0.2)
    await authenticator.authenticate(openid.token())

    with pytest.raises(NotAuthenticated) as caught:
        await authenticator.authenticate(old)
    assert caught.value.reason == "it is signed with a key that the issuer does not have"


async def test_checked_tokens_count_while_the_provider_is_away(
    openid: OpenIdProvider, make: Make
) -> None:
    made = make()
    token, other = openid.token(), openid.token()
    await made.authenticator.authenticate(token)

    openid.kill()

    assert (await made.authenticator.authenticate(token)).subject == PROGRAM
    assert (await made.authenticator.authenticate(other)).subject == PROGRAM
    await made.health.ping()


async def test_nobody_can_say_before_the_keys_were_ever_fetched(
    openid: OpenIdProvider, make: Make
) -> None:
    """Neither let in nor refused, and let in as soon as the provider is there."""
    made, token = make(auth_keys_floor_seconds=0.1), openid.token()
    openid.kill()

    with pytest.raises(AuthenticatorUnavailable):
        await made.health.ping()
    with pytest.raises(AuthenticatorUnavailable):
        await made.authenticator.authenticate(token)

    openid.heal()
    await asyncio.sleep(0.2)  # the floor

    assert (await made.authenticator.authenticate(token)).subject == PROGRAM


async def test_revoked_reference_counts_as_long_as_the_answer_is_relied_on(
    openid: OpenIdProvider, make: Make
) -> None:
    relied = make("introspection", auth_audience=REFERENCES).authenticator
    asked = make(
        "introspection", auth_audience=REFERENCES, auth_introspection_seconds=0
    ).authenticator
    token = openid.token(resource=REFERENCES)
    for authenticator in (relied, asked):
        await authenticator.authenticate(token)

    openid.revoke(token)

    assert (await relied.authenticate(token)).subject == PROGRAM
    with pytest.raises(NotAuthenticated):
        await asked.authenticate(token)


async def test_client_that_the_provider_refuses_is_no_refusal_of_the_caller(
    openid: OpenIdProvider, make: Make
) -> None:
    made = make("introspection", auth_client_secret="wrong")

    with pytest.raises(AuthenticatorUnavailable, match="401"):
        await made.health.ping()
