"""Where short-lived credentials come from: made for one run, prolonged, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A credential that lives for a while; shown without what it is made of."""

    id: str
    """Names it in `LeaseSource.renew` and `revoke`."""
    fields: Mapping[str, str] = field(repr=False)
    """What it is made of, as in `username` and `password`."""
    duration: timedelta
    """How long it lives from the moment of the answer, unless it is renewed."""
    renewable: bool
    """Whether `renew` can prolong its life."""


class LeaseSource(Protocol):
    """Makes credentials; safe to use from several threads.

    Raises (every method):
        SecretForbidden: the source refuses this to this process.
        SecretsUnavailable: the source cannot be reached, is sealed, does not answer, or cannot
            reach what the credential is for.
    """

    def issue(self, path: str) -> Lease:
        """A credential of its own for each call; it ends by itself after its duration.

        Raises:
            SecretNotFound: no credentials are made at `path`.
        """
        ...

    def renew(self, lease_id: str, ttl: timedelta) -> timedelta:
        """Have the credential live for `ttl` from here on, if the source gives as much.

        Returns:
            How long it lives in fact: less than `ttl` where its greatest age is near.

        Raises:
            SecretNotFound: it has ended, or never was.
        """
        ...

    def revoke(self, lease_id: str) -> None:
        """End the credential: after the call it is of no use.

        One that has ended, or never was, is left alone: revoking twice is revoking once.
        """
        ...
