"""A connection that is refused asks once more who it is, and no more than once."""

from __future__ import annotations

import pytest
from redis.exceptions import AuthenticationError

from fleeting.adapters.redis.faults import is_passing, translated
from fleeting.adapters.redis.greeting import CredentialsAway, Provider, async_greeting, greeting
from fleeting.domain.credentials import Credentials
from fleeting.domain.errors import PortError, SecretsUnavailable

pytestmark = pytest.mark.anyio


class Source:
    """Gives one user after the other."""

    def __init__(self, *users: str, trouble: PortError | None = None) -> None:
        self._users = list(users)
        self._trouble = trouble

    def current(self) -> Credentials:
        if self._trouble is not None:
            raise self._trouble
        return Credentials(self._users[0], "pw")

    def refused(self, credentials: Credentials) -> None:
        if credentials.username == self._users[0]:
            self._users.pop(0)


class Connection:
    """One to a server that knows a single user."""

    username: str | None = None
    password: str | None = None

    def __init__(self, known: str) -> None:
        self._known = known
        self.tried: list[str | None] = []
        self.is_open = True

    def on_connect(self) -> None:
        self.tried.append(self.username)
        if self.username != self._known:
            raise AuthenticationError("WRONGPASS")

    def disconnect(self) -> None:
        self.is_open = False


class AsyncConnection(Connection):
    async def on_connect(self) -> None:  # type: ignore[override] # the same, awaited
        super().on_connect()

    async def disconnect(self) -> None:  # type: ignore[override]
        super().disconnect()


def test_a_user_that_is_gone_is_followed_by_the_next() -> None:
    connection = Connection(known="second")

    greeting(Source("first", "second"))(connection)

    assert connection.tried == ["first", "second"]


async def test_so_it_is_where_answers_are_awaited() -> None:
    connection = AsyncConnection(known="second")

    await async_greeting(Source("first", "second"))(connection)

    assert connection.tried == ["first", "second"]


def test_a_server_that_knows_neither_says_so() -> None:
    with pytest.raises(AuthenticationError):
        greeting(Source("first", "second", "third"))(Connection(known="third"))


def test_without_credentials_the_reason_is_told_and_nothing_stays_open() -> None:
    connection = Connection(known="first")
    sealed = SecretsUnavailable("Vault is sealed")

    with pytest.raises(CredentialsAway) as caught:
        greeting(Source("first", trouble=sealed))(connection)

    assert not connection.is_open
    assert translated(caught.value, "Redis") is sealed
    assert not is_passing(caught.value)


async def test_so_it_is_told_where_answers_are_awaited() -> None:
    connection = AsyncConnection(known="first")

    with pytest.raises(CredentialsAway):
        await async_greeting(Source("first", trouble=SecretsUnavailable("sealed")))(connection)

    assert not connection.is_open


async def test_a_cluster_asks_for_a_pair() -> None:
    provider = Provider(Source("first"))

    assert provider.get_credentials() == ("first", "pw")
    assert await provider.get_credentials_async() == ("first", "pw")
