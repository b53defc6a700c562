"""A user of this process's own: leased, prolonged while it is needed, replaced before it ends."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Final

from ..domain.credentials import Credentials, is_worn_out, renewal_pause
from ..domain.errors import PortError, SecretsUnavailable
from ..ports.clock import Clock
from ..ports.lease_source import Lease, LeaseSource

_log: Final = logging.getLogger(__name__)

_YOUNG: Final = timedelta(seconds=0.5)
"""Credentials that are refused at this age are kept: a server that takes none would otherwise be
filled with users, one for each attempt."""

_COOL_DOWN: Final = timedelta(seconds=1)
"""How long after a failure nobody asks for credentials: many connections want some at once."""

_RETRY: Final = timedelta(seconds=2)
"""Pause after a renewal that found nobody to answer it."""

_IDLE: Final = timedelta(seconds=5)
"""How often to look again while there is nothing to keep."""


@dataclass(frozen=True, slots=True)
class _Held:
    lease: Lease
    credentials: Credentials
    since: timedelta
    due: timedelta
    """When to renew it; both by `Clock.elapsed`."""


class LeasedCredentials:
    """`CredentialSource` on a `LeaseSource`.

    Somebody calls `keep` again and again, from one thread. While the source of leases is away the
    last credentials stay: the server behind them knows best whether they are still good.
    """

    def __init__(self, leases: LeaseSource, path: str, *, clock: Clock) -> None:
        """Hold nothing yet.

        Args:
            leases: makes the credentials, with the fields `username` and `password`.
            path: where it makes them.
            clock: tells their age.
        """
        self._leases, self._path, self._clock = leases, path, clock
        self._lock = Lock()
        self._held: _Held | None = None
        self._dropped: list[str] = []
        self._failure: tuple[timedelta, PortError] | None = None

    def current(self) -> Credentials:
        with self._lock:
            return (self._held or self._issue()).credentials

    def refused(self, credentials: Credentials) -> None:
        with self._lock:
            held = self._held
            if held is None or held.credentials != credentials:
                return
            if self._clock.elapsed() - held.since < _YOUNG:
                return
            _log.warning("%s is refused; leasing another user at %s", _user(held), self._path)
            self._dropped.append(held.lease.id)
            self._held = None
            self._issue()

    def keep(self) -> timedelta:
        """Prolong or replace what is due; returns after which time to call again."""
        self._give_back_dropped()
        held = self._held
        if held is None:
            return _IDLE
        left = held.due - self._clock.elapsed()
        if left > timedelta():
            return min(left, _IDLE)
        try:
            return self._renew(held)
        except PortError as error:
            _log.warning("the lease of %s cannot be kept: %s", _user(held), error.message)
            return _RETRY

    def close(self) -> None:
        """End the lease; it would end by itself, later. The next `current` begins another."""
        with self._lock:
            held, self._held = self._held, None
        if held is not None:
            self._dropped.append(held.lease.id)
        self._give_back_dropped()

    def _renew(self, held: _Held) -> timedelta:
        lease = held.lease
        granted = timedelta()
        if lease.renewable:
            try:
                granted = self._leases.renew(lease.id, lease.duration)
            except SecretsUnavailable:
                raise
            except PortError as error:
                _log.warning("the lease of %s is over: %s", _user(held), error.message)
        with self._lock:
            if self._held is not held:
                return timedelta()
            if is_worn_out(granted, lease.duration):
                # What has connections under the old user keeps them until the old lease ends.
                held = self._issue()
            else:
                now = self._clock.elapsed()
                held = self._hold(lease, held.credentials, held.since, now, granted)
        return min(held.due - self._clock.elapsed(), _IDLE)

    def _issue(self) -> _Held:
        """Under the lock, so that all who wait get the same one."""
        if self._failure is not None and self._clock.elapsed() - self._failure[0] < _COOL_DOWN:
            raise self._failure[1]
        try:
            lease = self._leases.issue(self._path)
        except PortError as error:
            self._failure = self._clock.elapsed(), error
            raise
        now = self._clock.elapsed()
        credentials = Credentials(lease.fields.get("username"), lease.fields.get("password", ""))
        held = self._hold(lease, credentials, now, now, lease.duration)
        _log.info("leased %s for %s s", _user(held), f"{lease.duration.total_seconds():g}")
        return held

    def _hold(
        self,
        lease: Lease,
        credentials: Credentials,
        since: timedelta,
        now: timedelta,
        granted: timedelta,
    ) -> _Held:
        self._held = _Held(lease, credentials, since, now + renewal_pause(granted))
        return self._held

    def _give_back_dropped(self) -> None:
        while self._dropped:
            with suppress(PortError):
                self._leases.revoke(self._dropped[-1])
            self._dropped.pop()


def _user(held: _Held) -> str:
    return f"user {held.credentials.username}"
