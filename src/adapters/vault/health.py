"""`SupportsPing` and `SupportsDiagnosis` on Vault."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from ...domain.errors import SecretForbidden, SecretsUnavailable
from ...ports.health import Diagnosis
from .client import VaultClient
from .url import VaultUrl


class VaultHealth:
    """Asks whether the server is unsealed, and whether this process can log in.

    Where a login uses something up, as a wrapped secret id, only the server is asked: who checks
    an installation must not take away what a worker is to start with.
    """

    def __init__(self, client: VaultClient, url: VaultUrl, *, may_log_in: bool) -> None:
        self._client, self._url, self._may_log_in = client, url, may_log_in

    async def ping(self) -> None:
        await asyncio.to_thread(self._ping)

    async def diagnose(self) -> Sequence[Diagnosis]:
        return await asyncio.to_thread(self._diagnose)

    def _ping(self) -> None:
        if self._client.ask("GET", "sys/seal-status").data.get("sealed"):
            raise SecretsUnavailable(f"{self._client} is sealed: unseal it")
        if self._may_log_in:
            self._client.log_in()

    def _diagnose(self) -> list[Diagnosis]:
        self._ping()
        status = self._client.ask("GET", "sys/seal-status").data
        return [
            Diagnosis("server", "ok", f"version {status.get('version', 'unknown')}, unsealed"),
            *([self._token()] if self._may_log_in else [_UNTRIED]),
            *([_OPEN] if self._url.is_open else []),
        ]

    def _token(self) -> Diagnosis:
        try:
            told = self._client.read("auth/token/lookup-self").data
        except SecretForbidden:
            return Diagnosis("login", "ok", "it gives this process a token")
        if told.get("period"):
            period = f"{told['period']} seconds"
            return Diagnosis("login", "ok", f"its token can be renewed for ever, by {period}")
        if not told.get("expire_time"):
            return Diagnosis("login", "warning", "its token never ends: give it to a role instead")
        return Diagnosis(
            "login",
            "warning",
            "its token cannot be renewed for ever, and what is leased ends with it: set "
            "token_period for the role",
        )


_UNTRIED: Final = Diagnosis(
    "login", "ok", "not tried: the wrapped secret id can be fetched once, by the worker"
)
_OPEN: Final = Diagnosis(
    "transport", "error", "plain HTTP to another machine: secrets can be read on the way, use TLS"
)
