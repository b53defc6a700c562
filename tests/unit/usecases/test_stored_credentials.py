"""A stored password is read for each connection, and outlives an absence of its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from fleeting.domain.credentials import Credentials
from fleeting.domain.errors import PortError, SecretNotFound, SecretsUnavailable
from fleeting.testing import CredentialSourceContract
from fleeting.usecases.stored_credentials import StoredCredentials


class Secrets:
    """A source of one secret, that the test changes and breaks."""

    def __init__(self, **fields: str) -> None:
        self.fields = fields
        self.trouble: PortError | None = None

    def read(self, path: str) -> Mapping[str, str]:
        if self.trouble is not None:
            raise self.trouble
        return self.fields


class TestStoredCredentials(CredentialSourceContract):
    @pytest.fixture
    def secrets(self) -> Secrets:
        return Secrets(username="ada", password="old")

    @pytest.fixture
    def credentials(self, secrets: Secrets) -> StoredCredentials:
        return StoredCredentials(secrets, "kv/redis")

    @pytest.fixture
    def replace(self, secrets: Secrets) -> Callable[[], None]:
        return lambda: secrets.fields.update(password="changed")


def test_a_change_counts_for_the_next_connection() -> None:
    secrets = Secrets(username="ada", password="old")
    credentials = StoredCredentials(secrets, "kv/redis")
    old = credentials.current()
    secrets.fields["password"] = "changed"
    credentials.refused(old)

    assert (old, credentials.current()) == (
        Credentials("ada", "old"),
        Credentials("ada", "changed"),
    )


def test_the_url_may_name_the_user() -> None:
    credentials = StoredCredentials(Secrets(password="pw"), "kv/redis", username="ada")

    assert credentials.current() == Credentials("ada", "pw")


def test_while_the_source_is_away_the_last_password_is_used_on() -> None:
    secrets = Secrets(password="pw")
    credentials = StoredCredentials(secrets, "kv/redis")
    last = credentials.current()
    secrets.trouble = SecretsUnavailable("sealed")

    assert credentials.current() == last


def test_without_a_last_password_the_trouble_is_told() -> None:
    secrets = Secrets()
    secrets.trouble = SecretsUnavailable("sealed")

    with pytest.raises(SecretsUnavailable):
        StoredCredentials(secrets, "kv/redis").current()


def test_a_secret_without_password_says_what_to_write() -> None:
    with pytest.raises(SecretNotFound, match="fields username and password"):
        StoredCredentials(Secrets(user="ada"), "kv/redis").current()


def test_a_refusal_has_a_source_that_remembers_ask_anew() -> None:
    class Remembering(Secrets):
        def __init__(self, **fields: str) -> None:
            super().__init__(**fields)
            self.forgotten: list[str] = []

        def forget(self, path: str) -> None:
            self.forgotten.append(path)

    secrets = Remembering(password="pw")
    credentials = StoredCredentials(secrets, "kv/redis")

    credentials.refused(credentials.current())

    assert secrets.forgotten == ["kv/redis"]
