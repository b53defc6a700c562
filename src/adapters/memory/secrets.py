"""Secrets and leases in memory: for tests, and for trying things out in one process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from ...domain.errors import InvalidSetting, SecretForbidden, SecretNotFound
from ...domain.secret_path import names_in
from ...ports.bundles import SecretOptions, SecretSourceAdapter
from ...ports.lease_source import Lease
from .clock import wall_time
from .switch import Switch

_HOUR: Final = timedelta(hours=1)


def secret_source(url: str, _options: SecretOptions) -> SecretSourceAdapter:
    """A source of its own, empty, for `memory://`; whoever made it puts secrets into it.

    Raises:
        InvalidSetting: the URL says more, and nothing would come of it.
    """
    if any(urlsplit(url)[1:]):
        raise InvalidSetting("secrets in memory have one URL: memory://")
    secrets = MemorySecrets()
    return SecretSourceAdapter(
        source=MemorySecretSource(secrets), leases=MemoryLeaseSource(secrets), health=secrets
    )


@dataclass(frozen=True, slots=True)
class _Role:
    duration: timedelta
    max_age: timedelta
    fields: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class _Issued:
    until: datetime
    end: datetime
    """When no renewal helps any more."""


class MemorySecrets:
    """What is kept, made and refused; safe to use from several threads."""

    def __init__(self, now: Callable[[], datetime] = wall_time) -> None:
        self.now = now
        self.switch = Switch()
        self._lock = Lock()
        self._secrets: dict[str, dict[str, str]] = {}
        self._refused: set[str] = set()
        self._roles: dict[str, _Role] = {}
        self._issued: dict[str, _Issued] = {}
        self._numbers = count(1)

    async def ping(self) -> None:
        self.switch.check()

    def put(self, path: str, fields: Mapping[str, str]) -> None:
        """Keep a secret, in place of the one before."""
        with self._lock:
            self._secrets[path] = dict(fields)

    def remove(self, path: str) -> None:
        """Forget a secret."""
        with self._lock:
            del self._secrets[path]

    def refuse(self, path: str) -> None:
        """Refuse everything at `path` from here on."""
        self._refused.add(path)

    def offer(
        self,
        path: str,
        *,
        duration: timedelta = _HOUR,
        max_age: timedelta = _HOUR,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        """Make credentials at `path`, which live for `duration` and at most for `max_age`.

        Each has a user and a password of its own, or all have the same `fields`.
        """
        self._roles[path] = _Role(duration, max_age, fields)

    def fields_at(self, path: str) -> dict[str, str]:
        """A copy of the secret at `path`."""
        self._check(path)
        with self._lock:
            found = self._secrets.get(path)
            if found is None:
                raise SecretNotFound(f"there is no secret at {path}: put one there")
            return dict(found)

    def issue_at(self, path: str) -> Lease:
        """Credentials of a role."""
        self._check(path)
        role = self._roles.get(path)
        if role is None:
            raise SecretNotFound(f"no credentials are made at {path}: offer them")
        with self._lock:
            number = next(self._numbers)
            lease_id = f"{path}/{number}"
            now = self.now()
            self._issued[lease_id] = _Issued(now + role.duration, now + role.max_age)
        return Lease(
            id=lease_id,
            fields=role.fields
            or {"username": f"user-{number}", "password": f"password-{number:08}"},
            duration=role.duration,
            renewable=True,
        )

    def prolong(self, lease_id: str, ttl: timedelta) -> timedelta:
        """Let a lease live for `ttl` from here on, or as long as it may."""
        self.switch.check()
        with self._lock:
            if not self._lives(lease_id):
                raise SecretNotFound("the lease has ended: have another one issued")
            issued, now = self._issued[lease_id], self.now()
            self._issued[lease_id] = replace(issued, until=min(now + ttl, issued.end))
            return self._issued[lease_id].until - now

    def end(self, lease_id: str) -> None:
        """End a lease."""
        self.switch.check()
        with self._lock:
            self._issued.pop(lease_id, None)

    @property
    def live_leases(self) -> frozenset[str]:
        """The leases that have not ended."""
        with self._lock:
            return frozenset(filter(self._lives, self._issued))

    def _lives(self, lease_id: str) -> bool:
        issued = self._issued.get(lease_id)
        return issued is not None and self.now() < issued.until

    def _check(self, path: str) -> None:
        self.switch.check()
        names_in(path)
        if path in self._refused:
            raise SecretForbidden(f"{path} is refused: allow it")


class MemorySecretSource:
    """`SecretSource` in memory."""

    def __init__(self, secrets: MemorySecrets) -> None:
        self.secrets = secrets

    def read(self, path: str) -> Mapping[str, str]:
        return self.secrets.fields_at(path)


class MemoryLeaseSource:
    """`LeaseSource` in memory."""

    def __init__(self, secrets: MemorySecrets) -> None:
        self.secrets = secrets

    def issue(self, path: str) -> Lease:
        return self.secrets.issue_at(path)

    def renew(self, lease_id: str, ttl: timedelta) -> timedelta:
        return self.secrets.prolong(lease_id, ttl)

    def revoke(self, lease_id: str) -> None:
        self.secrets.end(lease_id)
