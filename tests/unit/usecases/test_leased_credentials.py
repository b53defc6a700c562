"""A leased user is prolonged, replaced in time, dropped when it is refused, and given back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.domain.credentials import Credentials
from fleeting.domain.errors import PortError, SecretNotFound, SecretsUnavailable
from fleeting.ports.lease_source import Lease
from fleeting.testing import CredentialSourceContract
from fleeting.usecases.leased_credentials import LeasedCredentials

SECOND = timedelta(seconds=1)
LIFE = 30 * SECOND
PATH = "database/creds/worker"


@dataclass
class Leases:
    """A source of leases that the test breaks."""

    granted: timedelta = LIFE
    renewable: bool = True
    issued: int = 0
    asked: int = 0
    renewed: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    trouble: PortError | None = None

    def issue(self, path: str) -> Lease:
        self.asked += 1
        self._fail()
        self.issued += 1
        user = {"username": f"user{self.issued}", "password": "pw"}
        return Lease(
            id=f"{path}/{self.issued}", fields=user, duration=LIFE, renewable=self.renewable
        )

    def renew(self, lease_id: str, ttl: timedelta) -> timedelta:
        self._fail()
        self.renewed.append(lease_id)
        return min(ttl, self.granted)

    def revoke(self, lease_id: str) -> None:
        self._fail()
        self.revoked.append(lease_id)

    def _fail(self) -> None:
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
def leases() -> Leases:
    return Leases()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def credentials(leases: Leases, clock: ManualClock) -> LeasedCredentials:
    return LeasedCredentials(leases, PATH, clock=clock)


def user(number: int) -> Credentials:
    return Credentials(f"user{number}", "pw")


class TestLeasedCredentials(CredentialSourceContract):
    @pytest.fixture
    def replace(self, clock: ManualClock) -> Callable[[], None]:
        """By the operator: the server forgets a user who has been there for a while."""
        return lambda: clock.advance(SECOND)


def test_nothing_is_leased_before_somebody_asks(
    credentials: LeasedCredentials, leases: Leases
) -> None:
    assert credentials.keep() > timedelta()
    assert leases.asked == 0


def test_the_lease_is_renewed_after_two_thirds_of_its_life(
    credentials: LeasedCredentials, leases: Leases, clock: ManualClock
) -> None:
    credentials.current()
    clock.advance(19 * SECOND)
    assert credentials.keep() == SECOND
    assert leases.renewed == []

    clock.advance(SECOND)
    credentials.keep()

    assert leases.renewed == [f"{PATH}/1"]
    assert credentials.current() == user(1)


def test_a_lease_near_its_longest_life_is_replaced_and_left_to_end_by_itself(
    credentials: LeasedCredentials, leases: Leases, clock: ManualClock
) -> None:
    credentials.current()
    clock.advance(20 * SECOND)
    leases.granted = LIFE / 3

    credentials.keep()
    credentials.keep()

    assert credentials.current() == user(2)
    assert leases.revoked == []


def test_a_lease_that_cannot_be_renewed_is_replaced(
    credentials: LeasedCredentials, leases: Leases, clock: ManualClock
) -> None:
    leases.renewable = False
    credentials.current()
    clock.advance(20 * SECOND)

    credentials.keep()

    assert leases.renewed == []
    assert credentials.current() == user(2)


def test_a_lease_that_somebody_revoked_is_replaced(leases: Leases, clock: ManualClock) -> None:
    class Revoked(Leases):
        def renew(self, lease_id: str, ttl: timedelta) -> timedelta:
            raise SecretNotFound("gone")

    revoked = Revoked()
    credentials = LeasedCredentials(revoked, PATH, clock=clock)
    credentials.current()
    clock.advance(20 * SECOND)

    credentials.keep()

    assert credentials.current() == user(2)


def test_while_the_source_is_away_the_last_user_stays(
    credentials: LeasedCredentials, leases: Leases, clock: ManualClock
) -> None:
    credentials.current()
    leases.trouble = SecretsUnavailable("sealed")
    clock.advance(10 * LIFE)

    assert credentials.keep() < 5 * SECOND
    assert credentials.current() == user(1)


def test_after_an_absence_the_lease_is_kept_again(
    credentials: LeasedCredentials, leases: Leases, clock: ManualClock
) -> None:
    credentials.current()
    leases.trouble = SecretsUnavailable("sealed")
    clock.advance(20 * SECOND)
    credentials.keep()
    leases.trouble = None

    credentials.keep()

    assert leases.renewed == [f"{PATH}/1"]


def test_a_refused_user_is_replaced_and_given_back(
    credentials: LeasedCredentials, leases: Leases, clock: ManualClock
) -> None:
    first = credentials.current()
    clock.advance(SECOND)

    credentials.refused(first)

    assert credentials.current() == user(2)
    credentials.keep()
    assert leases.revoked == [f"{PATH}/1"]


def test_a_refusal_of_an_earlier_user_changes_nothing(
    credentials: LeasedCredentials, clock: ManualClock
) -> None:
    first = credentials.current()
    clock.advance(SECOND)
    credentials.refused(first)
    clock.advance(SECOND)

    credentials.refused(first)

    assert credentials.current() == user(2)


def test_a_server_that_refuses_everybody_is_not_filled_with_users(
    credentials: LeasedCredentials, leases: Leases
) -> None:
    for _ in range(10):
        credentials.refused(credentials.current())

    assert leases.issued == 1


def test_many_who_want_a_user_at_once_ask_a_source_that_is_away_once(
    credentials: LeasedCredentials, leases: Leases, clock: ManualClock
) -> None:
    leases.trouble = SecretsUnavailable("sealed")
    for _ in range(10):
        with pytest.raises(SecretsUnavailable):
            credentials.current()
    assert leases.asked == 1

    leases.trouble = None
    clock.advance(SECOND)

    assert credentials.current() == user(1)


def test_at_the_end_the_lease_is_given_back(credentials: LeasedCredentials, leases: Leases) -> None:
    credentials.current()

    credentials.close()
    credentials.close()

    assert leases.revoked == [f"{PATH}/1"]


def test_an_end_without_the_source_is_an_end_all_the_same(
    credentials: LeasedCredentials, leases: Leases
) -> None:
    credentials.current()
    leases.trouble = SecretsUnavailable("sealed")

    credentials.close()

    assert leases.revoked == []


def test_a_user_that_was_refused_during_its_renewal_stays_replaced(clock: ManualClock) -> None:
    class Slow(Leases):
        def renew(self, lease_id: str, ttl: timedelta) -> timedelta:
            credentials.refused(credentials.current())
            return ttl

    credentials = LeasedCredentials(Slow(), PATH, clock=clock)
    credentials.current()
    clock.advance(20 * SECOND)

    assert credentials.keep() == timedelta()
    assert credentials.current() == user(2)
