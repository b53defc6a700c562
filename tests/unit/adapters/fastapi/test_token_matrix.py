"""Every operation with every kind of token, as an OpenID provider or a forger would make them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Final

import pytest
from httpx2 import AsyncClient, Response
from joserfc.jwk import RSAKey

from fleeting.adapters.fastapi.scopes import RULES, Door
from fleeting.adapters.oidc.authenticator import OidcAuthenticator
from fleeting.adapters.oidc.known_keys import KnownKeys, Pace
from fleeting.adapters.oidc.provider import Provider
from fleeting.domain.policy import Grant, Policy
from fleeting.domain.principal import Scope
from fleeting.entrypoints.settings.authentication import ALGORITHMS
from fleeting.ports.authenticator_adapter import AuthenticatorOptions

from ..oidc.forgeries import forgeries
from ..oidc.issuer import AUDIENCE, ISSUER, Clock, Issuer
from .calls import BY_FUNCTION, BY_KEY, CALLS, SUBMISSIONS, send
from .guarded import Guarded, bearer
from .make import TASK

EVERY_SCOPE: Final = " ".join(Scope)
POLICY: Final = Policy(
    grants=(
        Grant(subjects=("alice",), namespaces=("team-a",)),
        Grant(subjects=("bob",), namespaces=("team-b",)),
    )
)
OPTIONS: Final = AuthenticatorOptions(
    issuer=ISSUER, audiences=frozenset({AUDIENCE}), algorithms=frozenset(ALGORITHMS)
)
PACE: Final = Pace(refresh=300, floor=10, grace=3600)
OPEN: Final = {name for name, rule in RULES.items() if rule is Door.OPEN}
IN_NAMESPACE: Final = (*SUBMISSIONS, *BY_FUNCTION, "listFunctions")
FORGED: Final = (
    "expired",
    "not yet valid",
    "wrong issuer",
    "wrong audience",
    "alg none",
    "HS256 with the public key as PEM",
    "HS256 with the public key as DER",
    "key not in JWKS",
    "key id of another's key",
    "altered claims",
    "signature missing",
)


@pytest.fixture(scope="module")
def keys() -> list[RSAKey]:
    """Of the issuer, of a stranger, and the issuer's next one."""
    names = ("of-the-issuer", "of-a-stranger", "of-tomorrow")
    return [RSAKey.generate_key(2048, {"kid": name, "alg": "RS256"}) for name in names]


@dataclass
class Installation:
    """An API, the issuer that it trusts, and a task of alice in team-a."""

    guarded: Guarded
    issuer: Issuer
    clock: Clock
    client: AsyncClient
    key: str = ""

    async def ask(self, name: str, token: str | None, namespace: str = "") -> Response:
        headers = {} if token is None else bearer(token, namespace)
        return await send(self.client, CALLS[name], self.key, headers)


@pytest.fixture
async def installation(keys: list[RSAKey]) -> AsyncIterator[Installation]:
    issuer, clock = Issuer([keys[0]]), Clock()
    known = KnownKeys(Provider(OPTIONS, issuer.transport).keys, PACE, clock)
    guarded = Guarded(OidcAuthenticator(known, OPTIONS, now=clock))
    guarded.names.policy = POLICY
    async with guarded.serving() as client:
        made = Installation(guarded, issuer, clock, client)
        token = issuer.token(scope=EVERY_SCOPE)
        answer = await client.post("/tasks", json=TASK, headers=bearer(token))
        yield replace(made, key=answer.json()["key"])


async def asked(installation: Installation, token: str | None, **said: str) -> dict[str, Response]:
    """What each operation answers."""
    return {name: await installation.ask(name, token, **said) for name in RULES}


def refused(answers: dict[str, Response]) -> dict[str, str]:
    """The challenges of the operations that answered 401; all others must be open."""
    found = {name: a for name, a in answers.items() if a.status_code == 401}
    assert set(answers) - set(found) == OPEN
    return {name: answer.headers["www-authenticate"] for name, answer in found.items()}


def check_served(answers: dict[str, Response]) -> None:
    """Every operation did what it does; readiness says that the server is about to stop."""
    expected = {name: call.status for name, call in CALLS.items()} | {"getReadiness": 503}
    assert {name: answer.status_code for name, answer in answers.items()} == expected


async def test_the_right_token_is_let_in(installation: Installation) -> None:
    check_served(await asked(installation, installation.issuer.token(scope=EVERY_SCOPE)))


async def test_no_token_is_challenged(installation: Installation) -> None:
    challenges = refused(await asked(installation, None))
    assert set(challenges.values()) == {'Bearer realm="fleeting"'}


@pytest.mark.parametrize("kind", FORGED)
async def test_a_token_that_does_not_count_is_refused(
    installation: Installation, keys: list[RSAKey], kind: str
) -> None:
    token = forgeries(installation.issuer, keys[1])[kind]
    for challenge in refused(await asked(installation, token)).values():
        assert 'error="invalid_token"' in challenge


async def test_a_rotated_key_counts_once_the_issuer_shows_it(
    installation: Installation, keys: list[RSAKey]
) -> None:
    installation.issuer.keys = [keys[2]]
    installation.clock.seconds += 11

    check_served(await asked(installation, installation.issuer.token(scope=EVERY_SCOPE)))


async def test_a_key_that_the_issuer_has_withdrawn_counts_no_more(
    installation: Installation, keys: list[RSAKey]
) -> None:
    token = installation.issuer.token(scope=EVERY_SCOPE, exp=installation.clock.seconds + 3600)
    installation.issuer.keys = [keys[2]]
    installation.clock.seconds += 11
    await installation.ask("listFunctions", installation.issuer.token(scope=EVERY_SCOPE))

    refused(await asked(installation, token))


@pytest.mark.parametrize("missing", Scope)
async def test_a_missing_scope_is_forbidden(installation: Installation, missing: Scope) -> None:
    others = " ".join(scope for scope in Scope if scope is not missing)

    answers = await asked(installation, installation.issuer.token(scope=others))

    forbidden = {name: a for name, a in answers.items() if a.status_code == 403}
    assert set(forbidden) == {name for name, rule in RULES.items() if rule is missing}
    for answer in forbidden.values():
        assert f'scope="{missing}"' in answer.headers["www-authenticate"]


async def test_scopes_of_other_services_open_nothing(installation: Installation) -> None:
    answers = await asked(installation, installation.issuer.token(scope="openid profile"))
    assert {name for name, a in answers.items() if a.status_code != 403} == OPEN


@pytest.mark.parametrize("namespace", ["", "team-a"], ids=["from its own", "into the other"])
async def test_another_namespace_shows_nothing(installation: Installation, namespace: str) -> None:
    installation.guarded.platform.succeed(installation.key, namespace="team-a")
    bob = installation.issuer.token(sub="bob", scope=EVERY_SCOPE)

    answers = await asked(installation, bob, namespace=namespace)

    assert {answers[name].status_code for name in BY_KEY} == {410}
    if namespace:
        assert {answers[name].status_code for name in IN_NAMESPACE} == {403}
    else:
        assert answers["listFunctions"].json() == {"functions": []}
        assert answers["getValues"].json() == []
