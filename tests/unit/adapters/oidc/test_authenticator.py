"""Signed tokens: which count, which do not, and what that costs the issuer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import RSAKey

from fleeting.adapters.oidc.authenticator import OidcAuthenticator
from fleeting.domain.errors import AuthenticatorUnavailable, NotAuthenticated
from fleeting.domain.identity import Identity
from fleeting.testing import AuthenticatorContract

from .conftest import Make
from .forgeries import forgeries, garbage_headers
from .issuer import NOW, Clock, Issuer, Key, encoded

ALICE = Identity(
    "alice",
    frozenset({"tasks:submit", "results:read"}),
    frozenset({"CN=Analysts,OU=Groups,DC=corp"}),
)
REASONS = {
    "expired": "it has expired",
    "not yet valid": "it is not valid yet",
    "wrong issuer": "it was issued by another issuer",
    "wrong audience": "it is meant for another audience",
    "alg none": "its algorithm is not allowed",
    "HS256 with the public key as PEM": "its algorithm is not allowed",
    "key not in JWKS": "it is signed with a key that the issuer does not have",
    "key id of another's key": "its signature is wrong, or made by a key of another kind",
    "another kind than the key's": "its signature is wrong, or made by a key of another kind",
    "wrong type": "its header says that it is no access token",
    "too long": "it is too long, or holds what no token holds",
    "no expiry": "the claim exp is missing",
}


async def reason(authenticator: OidcAuthenticator, token: str) -> str | None:
    with pytest.raises(NotAuthenticated) as caught:
        await authenticator.authenticate(token)
    return caught.value.reason


class TestOidcAuthenticator(AuthenticatorContract):
    @pytest.fixture
    def token(self, issuer: Issuer) -> str:
        return issuer.token()

    @pytest.fixture
    def identity(self) -> Identity:
        return ALICE

    @pytest.fixture
    def refused(self, issuer: Issuer, other_rsa: RSAKey) -> Mapping[str, str]:
        return forgeries(issuer, other_rsa)

    @pytest.fixture
    def away(self, make: Make, issuer: Issuer) -> OidcAuthenticator:
        issuer.answers["*"] = httpx2.ConnectError("refused")
        return make()


@pytest.mark.parametrize("kind", REASONS)
async def test_log_learns_what_was_wrong(
    authenticator: OidcAuthenticator, issuer: Issuer, other_rsa: RSAKey, kind: str
) -> None:
    assert await reason(authenticator, forgeries(issuer, other_rsa)[kind]) == REASONS[kind]


async def test_every_algorithm_that_may_be_set_is_checked(
    make: Make, issuer: Issuer, every_key: Mapping[str, Key]
) -> None:
    issuer.keys = list(every_key.values())
    authenticator = make()

    for name, key in every_key.items():
        token = issuer.token(key=key)
        assert await authenticator.authenticate(token) == ALICE, name
        assert await reason(authenticator, token[:-8] + "AAAAAAAA"), name


async def test_algorithm_that_is_not_set_is_refused(make: Make, issuer: Issuer) -> None:
    authenticator = make(algorithms=frozenset({"ES256"}))

    assert await reason(authenticator, issuer.token()) == "its algorithm is not allowed"
    assert issuer.asked == []


async def test_no_algorithm_at_all_allows_none(make: Make, issuer: Issuer) -> None:
    """joserfc takes those that it recommends where none is named, HS256 among them."""
    assert await reason(make(algorithms=frozenset()), issuer.token())


@pytest.mark.parametrize("kind", garbage_headers())
async def test_strange_headers_are_refused(authenticator: OidcAuthenticator, kind: str) -> None:
    header = encoded(garbage_headers()[kind])

    assert await reason(authenticator, f"{header}.e30.AAAA")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "x5c", "zip"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just("RS256"),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=3), inner, max_size=3)
            ),
            max_leaves=4,
        ),
    ),
    payload=st.binary(max_size=60),
    signature=st.binary(max_size=300),
)
def test_nothing_but_a_refusal_comes_of_garbage_in_the_form_of_a_token(
    make: Make, header: dict[str, object], payload: bytes, signature: bytes
) -> None:
    token = ".".join(map(encoded, (header, payload, signature)))

    with pytest.raises(NotAuthenticated):
        asyncio.run(make().authenticate(token))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_nothing_but_a_refusal_comes_of_any_text(make: Make, token: str) -> None:
    with pytest.raises(NotAuthenticated):
        asyncio.run(make().authenticate(token))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_character_of_a_token_may_change(
    make: Make, issuer: Issuer, data: st.DataObject
) -> None:
    token = issuer.token()
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda one: one != token[at]))

    with pytest.raises(NotAuthenticated):
        asyncio.run(make().authenticate(token[:at] + other + token[at + 1 :]))


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW - 29},
        {"nbf": NOW + 29, "iat": NOW + 29},
        {"nbf": None, "iat": None},
        {"aud": ["urn:another:api", "urn:fleeting:api"]},
        {"aud": "urn:other:name:of:it"},
        {"exp": 10**400},
        {"scope": ["tasks:submit", "results:read"]},
        {"groups": "CN=Analysts,OU=Groups,DC=corp"},
        {"unknown": {"claims": ["are", "ignored"]}},
    ],
    ids=str,
)
async def test_token_within_the_rules_counts(
    authenticator: OidcAuthenticator, issuer: Issuer, claims: dict[str, object]
) -> None:
    assert await authenticator.authenticate(issuer.token(**claims)) == ALICE


async def test_unknown_members_of_a_header_are_ignored(
    authenticator: OidcAuthenticator, issuer: Issuer
) -> None:
    """RFC 7515 §4; PingFederate names its token manager there."""
    header = {"pi.atm": "3hd", "x5t": "abc", "x5c": ["A" * 2000]}

    assert await authenticator.authenticate(issuer.token(header=header)) == ALICE


@pytest.mark.parametrize(
    ("rule", "typ", "counts"),
    [
        ("if-present", "at+jwt", True),
        ("if-present", "application/at+jwt", True),
        ("if-present", "AT+JWT", True),
        ("if-present", None, True),
        ("if-present", "JWT", False),
        ("required", "at+jwt", True),
        ("required", None, False),
        ("required", "JWT", False),
        ("jwt", "JWT", True),
        ("jwt", None, True),
        ("jwt", "at+jwt", True),
        ("jwt", "dpop+jwt", False),
    ],
)
async def test_type_is_as_the_rule_says(
    make: Make, issuer: Issuer, rule: str, typ: str | None, counts: bool
) -> None:
    authenticator, token = make(token_type=rule), issuer.token(header={"typ": typ})

    if counts:
        assert await authenticator.authenticate(token) == ALICE
    else:
        assert await reason(authenticator, token) == REASONS["wrong type"]


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({}, True),
        ({"client_id": None, "azp": "reporting"}, True),
        ({"azp": "reporting"}, True),
        ({"client_id": "other"}, False),
        ({"azp": "other"}, False),
        ({"client_id": None}, False),
        ({"client_id": ["reporting"]}, False),
    ],
    ids=str,
)
async def test_only_the_clients_that_are_named_count(
    make: Make, issuer: Issuer, claims: dict[str, object], counts: bool
) -> None:
    authenticator, token = make(clients=frozenset({"reporting"})), issuer.token(**claims)

    if counts:
        assert await authenticator.authenticate(token) == ALICE
    else:
        assert "client" in (await reason(authenticator, token) or "")


async def test_checked_token_is_not_checked_again_but_expires(
    authenticator: OidcAuthenticator, issuer: Issuer, clock: Clock
) -> None:
    token = issuer.token(exp=NOW + 60)
    await authenticator.authenticate(token)
    asked = list(issuer.asked)

    clock.seconds = NOW + 89
    assert await authenticator.authenticate(token) == ALICE
    clock.seconds = NOW + 91
    assert await reason(authenticator, token) == "it has expired"
    assert issuer.asked == asked


async def test_tokens_of_a_key_that_was_withdrawn_count_until_the_keys_are_old(
    authenticator: OidcAuthenticator, issuer: Issuer, clock: Clock, other_rsa: RSAKey
) -> None:
    token = issuer.token(exp=NOW + 9000)
    await authenticator.authenticate(token)
    issuer.keys = [other_rsa]

    clock.seconds += 299
    assert await authenticator.authenticate(token) == ALICE
    clock.seconds += 2
    # Whoever finds them old has them fetched, and does not wait for it.
    assert await authenticator.authenticate(token) == ALICE
    assert authenticator._keys._task is not None
    await authenticator._keys._task

    assert await reason(authenticator, token) == REASONS["key not in JWKS"]


async def test_key_that_is_new_is_fetched_at_once(
    authenticator: OidcAuthenticator, issuer: Issuer, clock: Clock, other_rsa: RSAKey
) -> None:
    await authenticator.authenticate(issuer.token())
    clock.seconds += 11
    issuer.keys = [other_rsa]

    assert await authenticator.authenticate(issuer.token()) == ALICE


async def test_key_that_is_new_is_found_without_a_key_id(
    authenticator: OidcAuthenticator, issuer: Issuer, clock: Clock, other_rsa: RSAKey
) -> None:
    await authenticator.authenticate(issuer.token(header={"kid": None}))
    clock.seconds += 11
    issuer.keys = [other_rsa]

    assert await authenticator.authenticate(issuer.token(header={"kid": None})) == ALICE


async def test_flood_of_unknown_key_ids_costs_one_fetch(
    authenticator: OidcAuthenticator, issuer: Issuer, clock: Clock, other_rsa: RSAKey
) -> None:
    await authenticator.authenticate(issuer.token())
    clock.seconds += 11
    flood = [issuer.token(key=other_rsa, header={"kid": str(n)}) for n in range(50)]

    answers = await asyncio.gather(
        *(authenticator.authenticate(token) for token in flood), return_exceptions=True
    )

    assert {type(answer) for answer in answers} == {NotAuthenticated}
    assert issuer.asked.count("JWKS") == 2


async def test_flood_of_first_requests_costs_one_fetch(
    authenticator: OidcAuthenticator, issuer: Issuer
) -> None:
    tokens = [issuer.token(sub=f"user-{n}") for n in range(20)]

    await asyncio.gather(*(authenticator.authenticate(token) for token in tokens))

    assert issuer.asked == ["openid-configuration", "JWKS"]


async def test_token_of_another_issuer_costs_no_fetch(
    authenticator: OidcAuthenticator, issuer: Issuer, other_rsa: RSAKey
) -> None:
    other = Issuer([other_rsa], url="https://sso.other.example")

    assert await reason(authenticator, other.token()) == REASONS["wrong issuer"]
    assert issuer.asked == []


async def test_keys_go_on_while_the_issuer_is_away_and_then_no_more(
    authenticator: OidcAuthenticator, issuer: Issuer, clock: Clock
) -> None:
    token = issuer.token(exp=NOW + 90_000)
    await authenticator.authenticate(token)
    issuer.answers["*"] = httpx2.ConnectError("refused")

    for _ in range(35):
        clock.seconds += 100
        assert await authenticator.authenticate(token) == ALICE
    clock.seconds += 101

    with pytest.raises(AuthenticatorUnavailable):
        await authenticator.authenticate(token)


async def test_unknown_key_of_an_issuer_that_is_away_is_no_refusal(
    authenticator: OidcAuthenticator, issuer: Issuer, clock: Clock, other_rsa: RSAKey
) -> None:
    """It may be the key that the issuer has begun to sign with."""
    await authenticator.authenticate(issuer.token())
    issuer.answers["*"] = httpx2.ConnectError("refused")
    clock.seconds += 11

    for _ in range(2):
        with pytest.raises(AuthenticatorUnavailable):
            await authenticator.authenticate(issuer.token(key=other_rsa))
    assert issuer.asked.count("JWKS") == 2


async def test_issuer_that_is_back_is_asked_again_after_the_floor(
    authenticator: OidcAuthenticator, issuer: Issuer, clock: Clock
) -> None:
    issuer.answers["*"] = httpx2.ConnectError("refused")
    with pytest.raises(AuthenticatorUnavailable) as caught:
        await authenticator.authenticate(issuer.token())
    issuer.answers.clear()
    asked = len(issuer.asked)

    with pytest.raises(AuthenticatorUnavailable):
        await authenticator.authenticate(issuer.token())
    clock.seconds += caught.value.retry_after or 0

    assert len(issuer.asked) == asked
    assert await authenticator.authenticate(issuer.token()) == ALICE


async def test_who_gives_up_waiting_does_not_end_it_for_others(
    authenticator: OidcAuthenticator, issuer: Issuer
) -> None:
    impatient = asyncio.create_task(authenticator.authenticate(issuer.token()))
    patient = asyncio.create_task(authenticator.authenticate(issuer.token()))
    await asyncio.sleep(0)

    impatient.cancel()

    assert await patient == ALICE
    with suppress(asyncio.CancelledError):
        await impatient
