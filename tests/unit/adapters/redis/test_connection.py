"""Carrying out plans: scripts that servers do not know, tries, and clients that come and go."""

from __future__ import annotations

from collections.abc import Callable

import fakeredis
import pytest
import redis

from fleeting.adapters.redis.commands import Plan, Reply, command
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.scripts import script
from fleeting.domain.errors import StoreCorrupt, StoreDenied, StoreUnavailable
from fleeting.testing import Run

GET = command("GET", "key")


def ask(*commands: object) -> Plan[list[Reply]]:
    return (yield commands)


async def asked(connection: RedisConnection, *commands: object) -> list[Reply]:
    return await connection.run_async(ask(*commands))


class Moody:
    """Makes clients of a fake server; the first ones fail."""

    def __init__(self, server: fakeredis.FakeServer, errors: list[Exception]) -> None:
        self._server = server
        self._errors = errors

    def client(self) -> redis.Redis:
        self._fail()
        return fakeredis.FakeRedis(server=self._server, protocol=3)

    def async_client(self) -> redis.asyncio.Redis:
        self._fail()
        return fakeredis.FakeAsyncRedis(server=self._server, protocol=3)

    def connection(self, *, tries: int) -> RedisConnection:
        pauses = (0.0,) * (tries - 1)
        return RedisConnection(self.client, self.async_client, where="a Redis", pauses=pauses)

    def _fail(self) -> None:
        if self._errors:
            raise self._errors.pop(0)


Ask = Callable[[RedisConnection], list[Reply]]


@pytest.fixture(params=["blocking", "asynchronous"])
def get(request: pytest.FixtureRequest, run: Run) -> Ask:
    """Asks for a key by one of the two clients, and closes it."""

    async def get_async(connection: RedisConnection) -> list[Reply]:
        try:
            return await asked(connection, GET)
        finally:
            await connection.aclose()

    def get(connection: RedisConnection) -> list[Reply]:
        if request.param == "asynchronous":
            return run(get_async(connection))
        try:
            return connection.run(ask(GET))
        finally:
            connection.close()

    return get


def test_what_passes_is_tried_again(server: fakeredis.FakeServer, get: Ask) -> None:
    moody = Moody(server, [redis.ConnectionError("cut"), redis.BusyLoadingError("LOADING")])

    assert get(moody.connection(tries=3)) == [None]


def test_tries_come_to_an_end(server: fakeredis.FakeServer, get: Ask) -> None:
    moody = Moody(server, [redis.ConnectionError("cut")] * 3)

    with pytest.raises(StoreUnavailable):
        get(moody.connection(tries=3))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (redis.AuthenticationError("WRONGPASS"), StoreDenied),
        (redis.TimeoutError("slow"), StoreUnavailable),
    ],
)
def test_what_does_not_pass_is_not_tried_again(
    server: fakeredis.FakeServer, get: Ask, error: Exception, expected: type[Exception]
) -> None:
    moody = Moody(server, [error])

    with pytest.raises(expected):
        get(moody.connection(tries=9))


def test_connection_can_be_used_after_it_was_closed(server: fakeredis.FakeServer, get: Ask) -> None:
    connection = Moody(server, []).connection(tries=1)

    assert get(connection) == get(connection) == [None]


def test_closing_what_was_never_opened(server: fakeredis.FakeServer, run: Run) -> None:
    connection = Moody(server, []).connection(tries=1)

    async def aclose() -> None:
        await connection.aclose()

    connection.close()
    run(aclose())


def test_unknown_scripts_are_sent_in_full_and_known_ones_are_not(
    connection: RedisConnection, client: fakeredis.FakeRedis
) -> None:
    """Replies stay in the order of their commands."""
    calls = [script("load").call([f"{{{n}}}:run"]) for n in range(3)]
    plan = [calls[0], GET, calls[1], GET, calls[2]]

    first = connection.run(ask(*plan))
    assert client.script_exists(script("load").digest) == [True]
    second = connection.run(ask(*plan))

    assert [type(reply) for reply in first] == [type(reply) for reply in second]
    assert first[1] is first[3] is None


def test_refused_command_is_an_error(connection: RedisConnection, client: object) -> None:
    client.lpush("key", "item")

    with pytest.raises(StoreCorrupt, match="key"):
        connection.run(ask(command("TTL", "other"), GET))


async def test_asynchronous_client_belongs_to_its_loop(server: fakeredis.FakeServer) -> None:
    """And is made anew after it was closed, in whatever loop that happens."""
    connection = Moody(server, []).connection(tries=1)

    assert await asked(connection, GET) == [None]
    await connection.aclose()
    assert await asked(connection, GET) == [None]
    await connection.aclose()
