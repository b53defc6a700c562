"""What `credentials=` in a URL leads to, and what is missing where it leads nowhere."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fleeting.domain.credentials import Credentials, Origin, Place
from fleeting.domain.errors import ConfigurationError, SecretNotFound
from fleeting.entrypoints.credentials import Wallet
from fleeting.ports.bundles import SecretSourceAdapter
from fleeting.ports.lease_source import Lease

LEASED = Place(Origin.LEASE, "database/creds/worker")
STORED = Place(Origin.SECRET, "kv/redis")


class Vault:
    """A source of secrets and leases that notes what it gave and took back."""

    def __init__(self) -> None:
        self.issued: list[str] = []
        self.revoked: list[str] = []

    def read(self, path: str) -> dict[str, str]:
        return {"username": "ada", "password": path}

    def issue(self, path: str) -> Lease:
        self.issued.append(path)
        number = str(len(self.issued))
        fields = {"username": f"user{number}", "password": "pw"}
        return Lease(id=number, fields=fields, duration=timedelta(hours=1), renewable=True)

    def renew(self, lease_id: str, ttl: timedelta) -> timedelta:
        return ttl

    def revoke(self, lease_id: str) -> None:
        self.revoked.append(lease_id)

    async def ping(self) -> None:
        """It is there."""


def wallet_of(vault: Vault, *, has_leases: bool = True) -> Wallet:
    leases = vault if has_leases else None
    return Wallet(lambda: SecretSourceAdapter(source=vault, leases=leases, health=vault))


def test_store_and_queue_have_one_user_together() -> None:
    vault = Vault()
    wallet = wallet_of(vault)

    users = {wallet.find(LEASED, None).current().username for _ in range(3)}
    wallet.close()

    assert users == {"user1"}
    assert vault.issued == [LEASED.path]


def test_at_the_end_users_are_given_back() -> None:
    vault = Vault()
    wallet = wallet_of(vault)
    wallet.find(LEASED, None).current()

    wallet.close()

    assert vault.revoked == ["1"]


def test_a_secret_is_read() -> None:
    assert wallet_of(Vault()).find(STORED, None).current() == Credentials("ada", "kv/redis")


def test_a_file_holds_the_password_of_the_user_in_the_url(tmp_path: Path) -> None:
    file = tmp_path / "password"
    source = Wallet(lambda: None).find(Place(Origin.FILE, str(file)), "ada")
    file.write_text("old\n")
    old = source.current()
    file.write_text("changed\n")
    source.refused(old)

    assert (old, source.current()) == (Credentials("ada", "old"), Credentials("ada", "changed"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    source = Wallet(lambda: None).find(Place(Origin.FILE, str(tmp_path / "none")), "ada")

    with pytest.raises(SecretNotFound, match="none"):
        source.current()


@pytest.mark.parametrize("place", [LEASED, STORED])
def test_without_a_source_of_secrets_it_says_what_to_set(place: Place) -> None:
    with pytest.raises(ConfigurationError, match="set FLEETING_SECRETS"):
        Wallet(lambda: None).find(place, None)


def test_a_source_that_makes_no_credentials_is_named() -> None:
    with pytest.raises(ConfigurationError, match="FLEETING_SECRETS names one that only keeps"):
        wallet_of(Vault(), has_leases=False).find(LEASED, None)
