"""Everybody is the same one, who may do everything."""

from __future__ import annotations

from typing import Final

from ...domain.identity import Identity
from ...domain.principal import ANYBODY
from ...ports.authenticator_adapter import AuthenticatorAdapter, AuthenticatorOptions

_IDENTITY: Final = Identity(ANYBODY.subject, frozenset(map(str, ANYBODY.scopes)))


class Unauthenticated:
    """Takes every token, and none; never to be reachable from another machine."""

    async def authenticate(self, token: str | None) -> Identity:
        return _IDENTITY

    async def ping(self) -> None:
        """Nothing is behind it that could fail to answer."""


def make(options: AuthenticatorOptions) -> AuthenticatorAdapter:  # noqa: ARG001 - as all factories
    """Entry point `none` of `fleeting.authenticator`."""
    everybody = Unauthenticated()
    return AuthenticatorAdapter(authenticator=everybody, health=everybody)
