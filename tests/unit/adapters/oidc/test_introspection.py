"""Tokens that only the provider can read."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

import httpx2
import pytest

from fleeting.adapters.oidc.introspection import IntrospectionAuthenticator
from fleeting.domain.errors import AuthenticatorUnavailable, NotAuthenticated
from fleeting.domain.identity import Identity
from fleeting.testing import AuthenticatorContract, HealthContract

from .issuer import NOW, Clock, Issuer, json_answer

Make = Callable[..., IntrospectionAuthenticator]
REFERENCE = "TmPRr2EduQRcmIpVDLwv7UyLL44yih"
BOB = Identity("bob", frozenset({"results:read"}))
ACTIVE = {
    "active": True,
    "sub": "bob",
    "client_id": "reporting",
    "scope": "results:read",
    "aud": "urn:fleeting:api",
    "iss": "https://sso.corp.example/virtual",
    "exp": NOW + 300,
}


@pytest.fixture
def authenticator(make_introspection: Make, issuer: Issuer) -> IntrospectionAuthenticator:
    issuer.known[REFERENCE] = ACTIVE
    return make_introspection()


async def reason(authenticator: IntrospectionAuthenticator, token: str = REFERENCE) -> str | None:
    with pytest.raises(NotAuthenticated) as caught:
        await authenticator.authenticate(token)
    return caught.value.reason


class TestIntrospection(AuthenticatorContract):
    @pytest.fixture
    def token(self) -> str:
        return REFERENCE

    @pytest.fixture
    def identity(self) -> Identity:
        return BOB

    @pytest.fixture
    def refused(self, issuer: Issuer) -> Mapping[str, str]:
        """Whatever the provider says of them beside `active: true`, or in spite of it."""
        answers: dict[str, dict[str, object]] = {
            "inactive": {**ACTIVE, "active": False},
            "expired": {**ACTIVE, "exp": NOW - 31},
            "another audience": {**ACTIVE, "aud": "urn:another:api"},
            "no audience": {k: v for k, v in ACTIVE.items() if k != "aud"},
            "another issuer": {**ACTIVE, "iss": "https://sso.evil.example"},
            "no subject": {"active": True, "aud": "urn:fleeting:api"},
        }
        issuer.known |= {f"reference-{kind}": answer for kind, answer in answers.items()}
        return {kind: f"reference-{kind}" for kind in [*answers, "unknown"]}

    @pytest.fixture
    def away(self, make_introspection: Make, issuer: Issuer) -> IntrospectionAuthenticator:
        issuer.answers["*"] = httpx2.ConnectError("refused")
        return make_introspection()


class TestHealth(HealthContract):
    @pytest.fixture
    def health(self, authenticator: IntrospectionAuthenticator) -> IntrospectionAuthenticator:
        return authenticator

    @pytest.fixture
    def broken(self, make_introspection: Make, issuer: Issuer) -> IntrospectionAuthenticator:
        issuer.answers["*"] = json_answer({"error": "invalid_client"}, 401)
        return make_introspection()


async def test_client_shows_who_it_is(
    authenticator: IntrospectionAuthenticator, issuer: Issuer
) -> None:
    """Both halves form-encoded before they are joined (RFC 6749 §2.3.1)."""
    await authenticator.authenticate(REFERENCE)

    scheme, _, text = issuer.authorization.partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(text) == b"fleeting%20api:s%3Ae%2Fc%20r"


async def test_answer_is_relied_on_shortly(
    authenticator: IntrospectionAuthenticator, issuer: Issuer, clock: Clock
) -> None:
    await authenticator.authenticate(REFERENCE)
    issuer.known.clear()

    clock.seconds += 9.9
    assert await authenticator.authenticate(REFERENCE) == BOB
    clock.seconds += 0.2
    assert await reason(authenticator) == "the provider says that it does not count"


async def test_refusal_is_relied_on_as_shortly(
    authenticator: IntrospectionAuthenticator, issuer: Issuer, clock: Clock
) -> None:
    token = "reference-2"
    for _ in range(5):
        await reason(authenticator, token)
    assert issuer.asked.count("introspect.oauth2") == 1

    issuer.known[token] = ACTIVE
    clock.seconds += 10.1
    assert await authenticator.authenticate(token) == BOB


async def test_answer_is_not_relied_on_longer_than_the_token_lives(
    make_introspection: Make, issuer: Issuer, clock: Clock
) -> None:
    issuer.known[REFERENCE] = {**ACTIVE, "exp": NOW + 1}
    authenticator = make_introspection(introspection_memory=timedelta(hours=1))
    await authenticator.authenticate(REFERENCE)

    clock.seconds += 32
    assert await reason(authenticator) == "it has expired"


async def test_requests_that_wait_for_the_same_answer_ask_once(
    authenticator: IntrospectionAuthenticator, issuer: Issuer
) -> None:
    answers = await asyncio.gather(*(authenticator.authenticate(REFERENCE) for _ in range(50)))

    assert answers == [BOB] * 50
    assert issuer.asked.count("introspect.oauth2") == 1


async def test_who_gives_up_waiting_does_not_end_it_for_others(
    authenticator: IntrospectionAuthenticator,
) -> None:
    impatient = asyncio.create_task(authenticator.authenticate(REFERENCE))
    patient = asyncio.create_task(authenticator.authenticate(REFERENCE))
    await asyncio.sleep(0)

    impatient.cancel()

    assert await patient == BOB
    with suppress(asyncio.CancelledError):
        await impatient


async def test_flood_of_garbage_makes_no_good_token_be_forgotten(
    authenticator: IntrospectionAuthenticator, issuer: Issuer
) -> None:
    await authenticator.authenticate(REFERENCE)
    for n in range(1100):
        await reason(authenticator, f"garbage-{n}")
    asked = len(issuer.asked)

    await authenticator.authenticate(REFERENCE)

    assert len(issuer.asked) == asked
    assert len(authenticator._refused) == 1000


async def test_endpoint_that_has_moved_is_found_again(
    authenticator: IntrospectionAuthenticator, issuer: Issuer
) -> None:
    issuer.answers["introspect.oauth2"] = json_answer({}, 404)
    with pytest.raises(AuthenticatorUnavailable):
        await authenticator.authenticate(REFERENCE)
    issuer.answers.clear()

    await authenticator.authenticate(REFERENCE)

    assert issuer.asked.count("openid-configuration") == 2


async def test_failure_is_not_remembered(
    authenticator: IntrospectionAuthenticator, issuer: Issuer
) -> None:
    issuer.answers["introspect.oauth2"] = httpx2.ConnectError("refused")
    with pytest.raises(AuthenticatorUnavailable):
        await authenticator.authenticate(REFERENCE)
    issuer.answers.clear()

    assert await authenticator.authenticate(REFERENCE) == BOB


@pytest.mark.parametrize(
    "answer",
    [
        json_answer({}),
        json_answer({"active": "true"}),
        json_answer({"active": 1}),
        json_answer({"error": "invalid_request"}, 400),
        json_answer({"error": "invalid_client"}, 401),
        json_answer({"active": True}, 201),
    ],
)
async def test_answer_that_says_nothing_of_the_token_is_none(
    authenticator: IntrospectionAuthenticator, issuer: Issuer, answer: httpx2.Response
) -> None:
    issuer.answers["introspect.oauth2"] = answer

    with pytest.raises(AuthenticatorUnavailable):
        await authenticator.authenticate(REFERENCE)


async def test_kind_of_token_that_the_provider_does_not_know_does_not_count(
    authenticator: IntrospectionAuthenticator, issuer: Issuer
) -> None:
    issuer.answers["introspect.oauth2"] = json_answer({"error": "unsupported_token_type"}, 400)

    assert await reason(authenticator) == "the provider says that it does not count"


async def test_audience_is_not_asked_for_where_none_is_set(
    make_introspection: Make, issuer: Issuer
) -> None:
    issuer.known[REFERENCE] = {"active": True, "sub": "bob", "scope": "results:read"}
    authenticator = make_introspection(audiences=frozenset())

    assert await authenticator.authenticate(REFERENCE) == BOB


async def test_closing_ends_what_is_being_asked(
    authenticator: IntrospectionAuthenticator,
) -> None:
    asking = asyncio.create_task(authenticator.authenticate(REFERENCE))
    await asyncio.sleep(0)

    await authenticator.close()

    with pytest.raises(asyncio.CancelledError):
        await asking
