"""Authenticators made from settings, as the API makes them, against the real provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from fleeting.entrypoints.authenticators import make as make_adapter
from fleeting.entrypoints.settings import load
from fleeting.ports.authenticator_adapter import AuthenticatorAdapter

from ..servers.openid_provider import API, CHECKER, SECRET, OpenIdProvider

Make = Callable[..., AuthenticatorAdapter]


def adapter(
    provider: OpenIdProvider, auth: str = "oidc", **settings: object
) -> AuthenticatorAdapter:
    said = {
        "auth": auth,
        "auth_issuer": provider.issuer,
        "auth_audience": API,
        "auth_client_id": CHECKER,
        "auth_client_secret": SECRET,
    }
    return make_adapter(load(**said | settings))


@pytest.fixture
async def make(openid: OpenIdProvider) -> AsyncIterator[Make]:
    """Makes an authenticator for the provider, closed with the test; names are settings."""
    closers: list[Callable[[], Awaitable[None]]] = []

    def make(auth: str = "oidc", **settings: object) -> AuthenticatorAdapter:
        made = adapter(openid, auth, **settings)
        closers.append(made.aclose)
        return made

    yield make
    await asyncio.gather(*(close() for close in closers))
