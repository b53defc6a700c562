"""`SupportsPing` and `SupportsDiagnosis` on Vault."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ...domain.errors import SecretsUnavailable
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
        found = [Diagnosis("server", "ok", f"version {status.get('version', 'unknown')}, unsealed")]
        if self._may_log_in:
            found.append(Diagnosis("login", "ok", "it gives this process a token"))
        else:
            wrapped = "not tried: the wrapped secret id can be fetched once, by the worker"
            found.append(Diagnosis("login", "ok", wrapped))
        if self._url.is_open:
            open_way = "plain HTTP to another machine: secrets can be read on the way, use TLS"
            found.append(Diagnosis("transport", "error", open_way))
        return found
