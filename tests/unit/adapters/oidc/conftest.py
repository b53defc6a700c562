"""One issuer a test, with keys that are made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from fleeting.adapters.oidc.authenticator import OidcAuthenticator
from fleeting.adapters.oidc.introspection import IntrospectionAuthenticator
from fleeting.adapters.oidc.known_keys import KnownKeys, Pace
from fleeting.adapters.oidc.provider import Provider
from fleeting.entrypoints.settings.authentication import ALGORITHMS
from fleeting.ports.authenticator_adapter import AuthenticatorOptions

from .issuer import AUDIENCE, ISSUER, Clock, Issuer, Key

OPTIONS = AuthenticatorOptions(
    issuer=ISSUER,
    audiences=frozenset({AUDIENCE, "urn:other:name:of:it"}),
    algorithms=frozenset(ALGORITHMS),
    client_id="fleeting api",
    client_secret="s:e/c r",
)
PACE = Pace(refresh=300, floor=10, grace=3600)


@pytest.fixture(scope="session")
def rsa() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "rsa", "alg": "RS256", "use": "sig"})


@pytest.fixture(scope="session")
def other_rsa() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "other", "alg": "RS256", "use": "sig"})


@pytest.fixture(scope="session")
def every_key(rsa: RSAKey) -> dict[str, Key]:
    """A key for each algorithm that is allowed; RSA keys take all of their family."""
    curves = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
    keys: dict[str, Key] = {
        name: ECKey.generate_key(curve, {"kid": name, "alg": name})
        for name, curve in curves.items()
    }
    plain = rsa.as_dict(private=True)
    for name in ALGORITHMS:
        if name[:2] in {"RS", "PS"}:
            keys[name] = RSAKey.import_key({**plain, "kid": name, "alg": name})
        if name.startswith("Ed"):
            keys[name] = OKPKey.generate_key("Ed25519", {"kid": name, "alg": name})
    return keys


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(rsa: RSAKey) -> Issuer:
    return Issuer([rsa])


Make = Callable[..., OidcAuthenticator]


@pytest.fixture
def make(issuer: Issuer, clock: Clock) -> Make:
    """Makes an authenticator over the issuer; names are options."""

    def make(*, pace: Pace = PACE, **options: Any) -> OidcAuthenticator:
        said = replace(OPTIONS, **options)
        keys = KnownKeys(Provider(said, issuer.transport).keys, pace, clock)
        return OidcAuthenticator(keys, said, now=clock)

    return make


@pytest.fixture
def authenticator(make: Make) -> OidcAuthenticator:
    return make()


@pytest.fixture
def make_introspection(issuer: Issuer, clock: Clock) -> Callable[..., IntrospectionAuthenticator]:
    def make(**options: Any) -> IntrospectionAuthenticator:
        said = replace(OPTIONS, **options)
        return IntrospectionAuthenticator(Provider(said, issuer.transport), said, now=clock)

    return make
