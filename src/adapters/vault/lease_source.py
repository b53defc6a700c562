"""`LeaseSource` on the engines of Vault that make credentials, as the database engine does."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from hvac import exceptions as vendor

from ...domain.errors import PortError, SecretNotFound, SecretsUnavailable
from ...domain.secret_path import names_in
from ...ports.lease_source import Lease
from .client import VaultClient
from .faults import VENDOR_ERRORS, said
from .kv import as_text


class VaultLeaseSource:
    """Issues by a read, as every such engine has it; renews and revokes by `sys/leases`."""

    def __init__(self, client: VaultClient) -> None:
        self._client = client

    def issue(self, path: str) -> Lease:
        names_in(path)
        try:
            answer = self._client.raw("GET", path)
        except VENDOR_ERRORS as exc:
            if "unknown role" in said(exc):
                raise self._no_role(path) from exc
            raise self._client.translated(exc, f"to read {path}") from exc
        if not answer.lease_id:
            raise self._no_role(path)
        return Lease(
            id=answer.lease_id,
            fields={name: as_text(value) for name, value in answer.data.items()},
            duration=answer.lease_duration,
            renewable=answer.is_renewable,
        )

    def renew(self, lease_id: str, ttl: timedelta) -> timedelta:
        wanted = {"lease_id": lease_id, "increment": ceil(ttl.total_seconds())}
        return self._call("renew", wanted, "to renew a lease")

    def revoke(self, lease_id: str) -> None:
        # Otherwise it answers before the credential is gone, and keeps a failure to itself.
        self._call("revoke", {"lease_id": lease_id, "sync": True}, "to revoke a lease")

    def _no_role(self, path: str) -> SecretNotFound:
        return SecretNotFound(
            f"{self._client} makes no credentials at {path}: name a role of an engine that does, "
            "as in database/creds/reader"
        )

    def _call(self, verb: str, data: dict[str, object], what: str) -> timedelta:
        try:
            return self._client.raw("PUT", f"sys/leases/{verb}", data).lease_duration
        except VENDOR_ERRORS as exc:
            raise self._translated(exc, what) from exc

    def _translated(self, error: Exception, what: str) -> PortError:
        if isinstance(error, vendor.InvalidRequest):
            words = said(error)
            if "lease not found" in words or "lease expired" in words:
                return SecretNotFound("the lease has ended: have another one issued")
            if "failed to revoke" in words:
                return SecretsUnavailable(
                    f"{self._client} could not take back a credential, since what it is for is "
                    "away: the lease ends by itself"
                )
        return self._client.translated(error, what)
