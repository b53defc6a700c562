"""An installation whose tokens are names, and whose rights are one policy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI
from httpx2 import AsyncClient

from fleeting.adapters.fastapi.access import Access
from fleeting.adapters.memory.audit_log import MemoryAuditLog
from fleeting.domain.errors import AuthenticatorUnavailable, NotAuthenticated
from fleeting.domain.identity import Identity
from fleeting.domain.limits import Limits
from fleeting.domain.policy import Grant, Policy
from fleeting.ports.authenticator import Authenticator
from fleeting.usecases.identify import Identify

from .make import Platform, serving

POLICY: Final = Policy(
    grants=(
        Grant(subjects=("ann", "reader"), scopes=("*",), namespaces=("team-a",)),
        Grant(subjects=("bob",), scopes=("*",), namespaces=("team-b",)),
        Grant(subjects=("both",), scopes=("*",), namespaces=("team-a", "team-b")),
        Grant(subjects=("sub",), scopes=("*",), namespaces=("team-a",), functions=("sub",)),
        Grant(subjects=("all",), scopes=("*",), namespaces=("*",)),
        Grant(subjects=("operator",), scopes=("admin",)),
    )
)
SCOPES: Final = {"reader": frozenset({"results:read"})}


def bearer(token: str, namespace: str = "") -> dict[str, str]:
    headers = {"Authorization": f"Bearer {token}"}
    return headers | ({"X-Fleeting-Namespace": namespace} if namespace else {})


class Names:
    """Takes names as tokens; `nobody` is none."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        self.is_away = False
        self.gone: set[str] = set()
        self.policy = POLICY

    async def authenticate(self, token: str | None) -> Identity:
        self.asked.append(token)
        if self.is_away:
            raise AuthenticatorUnavailable("sso.corp.example does not answer")
        if token is None or token == "nobody" or token in self.gone:
            error = NotAuthenticated("this token does not count")
            error.reason = "it has expired"
            raise error
        return Identity(token, SCOPES.get(token, frozenset()))

    def current(self) -> Policy:
        return self.policy


class Guarded:
    """A platform behind an authenticator, with its audit log."""

    def __init__(
        self, authenticator: Authenticator | None = None, *, limits: Limits | None = None
    ) -> None:
        self.platform = Platform(limits=limits)
        self.names = Names()
        self.audit = MemoryAuditLog()
        self._identify = Identify(authenticator or self.names, self.names)
        self.app = self.make_app()

    def make_app(self, **options: Any) -> FastAPI:
        """Another app over the same platform."""
        return self.platform.app(access=self.access(), **options)

    def access(self, **options: Any) -> Access:
        """What lets requests in."""
        return Access(self._identify, audit=self.audit, **options)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[AsyncClient]:
        """A client; streams of functions end after their beginning, as if the server stopped."""
        async with serving(self.app) as client:
            self.app.state.closing.begin()
            yield client
