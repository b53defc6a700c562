"""Both authenticators that rely on a provider keep the contract with a real one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from fleeting.domain.identity import Identity
from fleeting.ports.authenticator import Authenticator
from fleeting.ports.authenticator_adapter import AuthenticatorAdapter
from fleeting.testing import AuthenticatorContract
from fleeting.testing.contract import Run

from ..servers.openid_provider import (
    GROUPS,
    OTHER_API,
    PROGRAM,
    REFERENCES,
    OpenIdProvider,
)
from .conftest import adapter

REPORTING = Identity(PROGRAM, frozenset({"tasks:submit", "results:read"}), frozenset(GROUPS))


class TestSignedTokens(AuthenticatorContract):
    @pytest.fixture
    def made(self, openid: OpenIdProvider, run: Run) -> Iterator[AuthenticatorAdapter]:
        made = adapter(openid, auth_clients=PROGRAM, auth_token_type="required")
        yield made
        run(_close(made))

    @pytest.fixture
    def authenticator(self, made: AuthenticatorAdapter) -> Authenticator:
        return made.authenticator

    @pytest.fixture
    def token(self, openid: OpenIdProvider) -> str:
        return openid.token()

    @pytest.fixture
    def identity(self) -> Identity:
        return REPORTING

    @pytest.fixture
    def refused(
        self, openid: OpenIdProvider, other_openid_server: OpenIdProvider
    ) -> Mapping[str, str]:
        return {
            "another issuer": other_openid_server.token(),
            "another audience": openid.token(resource=OTHER_API),
            "a reference": openid.token(resource=REFERENCES),
            "signature cut": openid.token()[:-6],
        }

    @pytest.fixture
    def away(
        self, openid: OpenIdProvider, absent: OpenIdProvider, run: Run
    ) -> Iterator[Authenticator]:
        made = adapter(openid, auth_jwks_url=f"{absent.issuer}/pf/JWKS")
        yield made.authenticator
        run(_close(made))


class TestReferenceTokens(AuthenticatorContract):
    @pytest.fixture
    def made(self, openid: OpenIdProvider, run: Run) -> Iterator[AuthenticatorAdapter]:
        made = adapter(openid, "introspection", auth_audience=REFERENCES)
        yield made
        run(_close(made))

    @pytest.fixture
    def authenticator(self, made: AuthenticatorAdapter) -> Authenticator:
        return made.authenticator

    @pytest.fixture
    def token(self, openid: OpenIdProvider) -> str:
        return openid.token(resource=REFERENCES)

    @pytest.fixture
    def identity(self) -> Identity:
        return REPORTING

    @pytest.fixture
    def refused(
        self, openid: OpenIdProvider, other_openid_server: OpenIdProvider
    ) -> Mapping[str, str]:
        revoked = openid.token(resource=REFERENCES)
        openid.revoke(revoked)
        return {
            "revoked": revoked,
            "a signed token": openid.token(),
            "another issuer's": other_openid_server.token(resource=REFERENCES),
        }

    @pytest.fixture
    def away(self, absent: OpenIdProvider, run: Run) -> Iterator[Authenticator]:
        made = adapter(absent, "introspection")
        yield made.authenticator
        run(_close(made))


@pytest.fixture
def absent(tmp_path: Path) -> Iterator[OpenIdProvider]:
    """A provider whose port nothing listens on."""
    provider = OpenIdProvider(tmp_path)
    yield provider
    provider.close()


async def _close(made: AuthenticatorAdapter) -> None:
    await made.aclose()
