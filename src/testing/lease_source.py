"""What every `LeaseSource` must do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ..domain.errors import SecretForbidden, SecretNotFound, SecretsUnavailable
from ..ports.lease_source import Lease, LeaseSource
from .contract import Contract, PassTime, optional

Works = Callable[[Lease], bool]
"""Whether what a lease is made of opens what it is for."""


class LeaseSourceContract(Contract):
    """The contract of `ports.lease_source.LeaseSource`.

    Fixtures to supply, all over one backend:
        leases: a `LeaseSource`.
        path: where it makes credentials that live for a minute or longer.
        short_path: where it makes some that live for four ticks at first, and can live for forty.
        works: `Works`.
        pass_time: `PassTime`; waits, or moves the backend's clock.
        broken: a `LeaseSource` whose backend cannot be reached.
        denied (optional): a `LeaseSource` whose backend refuses everything to it.
    """

    def test_a_credential_works(self, leases: LeaseSource, path: str, works: Works) -> None:
        """From the moment in which it is issued."""
        assert works(leases.issue(path))

    def test_each_has_its_own(self, leases: LeaseSource, path: str) -> None:
        """What one run does is not taken for another's."""
        one, two = leases.issue(path), leases.issue(path)

        assert one.id != two.id
        assert dict(one.fields) != dict(two.fields)

    def test_it_says_how_long_it_lives(self, leases: LeaseSource, short_path: str) -> None:
        """And that this can be prolonged."""
        lease = leases.issue(short_path)

        assert lease.duration == 4 * self.tick
        assert lease.renewable

    def test_it_is_shown_without_its_fields(self, leases: LeaseSource, path: str) -> None:
        """So that it can stand in a log."""
        lease = leases.issue(path)

        assert lease.fields
        assert not any(value in repr(lease) for value in lease.fields.values() if len(value) > 5)

    def test_it_ends_by_itself(
        self, leases: LeaseSource, short_path: str, works: Works, pass_time: PassTime
    ) -> None:
        """Also when nobody is left who could revoke it; and then it cannot be renewed."""
        lease = leases.issue(short_path)

        pass_time(6 * self.tick)

        assert not works(lease)
        with pytest.raises(SecretNotFound):
            leases.renew(lease.id, timedelta(minutes=1))

    def test_renewal_prolongs_it(
        self, leases: LeaseSource, short_path: str, works: Works, pass_time: PassTime
    ) -> None:
        """As far as the answer says."""
        lease = leases.issue(short_path)

        granted = leases.renew(lease.id, 20 * self.tick)
        pass_time(6 * self.tick)

        assert 6 * self.tick < granted <= 20 * self.tick
        assert works(lease)

    def test_a_revoked_one_is_of_no_use(self, leases: LeaseSource, path: str, works: Works) -> None:
        """At once, and others are left alone."""
        lease, other = leases.issue(path), leases.issue(path)

        leases.revoke(lease.id)

        assert not works(lease)
        assert works(other)
        with pytest.raises(SecretNotFound):
            leases.renew(lease.id, timedelta(minutes=1))

    def test_revoking_twice_is_revoking_once(self, leases: LeaseSource, path: str) -> None:
        """A worker that is told to stop may meet one that has ended."""
        lease = leases.issue(path)

        leases.revoke(lease.id)
        leases.revoke(lease.id)
        leases.revoke(f"{path}/never-issued")

    def test_a_path_that_makes_none_is_not_found(self, leases: LeaseSource, path: str) -> None:
        """Nor is what is no path."""
        for nowhere in (f"{path}-not-there", "", f"../{path}", f"{path}?x=1"):
            with pytest.raises(SecretNotFound):
                leases.issue(nowhere)

    def test_an_unreachable_source_says_so(self, broken: LeaseSource, path: str) -> None:
        """In every method."""
        with pytest.raises(SecretsUnavailable):
            broken.issue(path)
        with pytest.raises(SecretsUnavailable):
            broken.renew(f"{path}/1", timedelta(minutes=1))
        with pytest.raises(SecretsUnavailable):
            broken.revoke(f"{path}/1")

    def test_refusal_says_so(self, request: pytest.FixtureRequest, path: str) -> None:
        """As SecretForbidden, for an operator has to act."""
        denied = optional(request, "denied", what="the backend knows who may have what")

        with pytest.raises(SecretForbidden):
            denied.issue(path)
