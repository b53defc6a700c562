"""One fake Redis a test, whose clock the test moves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NoReturn

import fakeredis
import pytest
from redis.exceptions import AuthenticationError

from fleeting.adapters.redis.cancel_signals import RedisCancelSignals
from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.event_feed import RedisEventFeed
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.result_store import (
    RedisOpenTasks,
    RedisResultReader,
    RedisResultWriter,
)
from fleeting.adapters.redis.task_records import PostingTaskRecords
from fleeting.domain.result_key import Address
from fleeting.testing import Run


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the only clock that fakeredis knows: `time.time`."""
    real, ahead = time.time, timedelta(0)

    def move(span: timedelta) -> None:
        nonlocal ahead
        ahead += span

    monkeypatch.setattr(time, "time", lambda: real() + ahead.total_seconds())
    return move


@pytest.fixture
def run() -> Iterator[Run]:
    """One event loop for the whole test, for tests outside of the contracts too."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def server() -> fakeredis.FakeServer:
    """As old as fleeting takes it."""
    return fakeredis.FakeServer(version=(6, 2))


@pytest.fixture
def client(server: fakeredis.FakeServer) -> fakeredis.FakeRedis:
    return fakeredis.FakeRedis(server=server, protocol=3)


@pytest.fixture
def connection(server: fakeredis.FakeServer, run: Run) -> Iterator[RedisConnection]:
    connection = connection_to(server)
    yield connection
    connection.close()
    run(connection.aclose())


@pytest.fixture
def broken_connection() -> RedisConnection:
    server = fakeredis.FakeServer()
    server.connected = False
    return connection_to(server)


@pytest.fixture
def denied_connection() -> RedisConnection:
    def refuse() -> NoReturn:
        raise AuthenticationError("WRONGPASS invalid username-password pair or user is disabled.")

    return RedisConnection(refuse, refuse, where="a fake Redis")


def connection_to(server: fakeredis.FakeServer) -> RedisConnection:
    return RedisConnection(
        lambda: fakeredis.FakeRedis(server=server, protocol=3),
        lambda: fakeredis.FakeAsyncRedis(server=server, protocol=3),
        where="a fake Redis",
        pauses=(0.0,),
    )


@pytest.fixture
def layout() -> Layout:
    return Layout(Keyspace())


@pytest.fixture
def writer(connection: RedisConnection, layout: Layout) -> RedisResultWriter:
    return RedisResultWriter(connection, layout)


@pytest.fixture
def reader(connection: RedisConnection, layout: Layout) -> RedisResultReader:
    return RedisResultReader(connection, layout)


@pytest.fixture
def open_tasks(connection: RedisConnection, layout: Layout) -> RedisOpenTasks:
    return RedisOpenTasks(connection, layout)


@pytest.fixture
def records(connection: RedisConnection, layout: Layout) -> PostingTaskRecords:
    return PostingTaskRecords(connection, layout)


@pytest.fixture
def feed(connection: RedisConnection, layout: Layout) -> RedisEventFeed:
    return RedisEventFeed(connection, layout.space)


@pytest.fixture
def signals(connection: RedisConnection, layout: Layout) -> RedisCancelSignals:
    return RedisCancelSignals(connection, layout.space)


@pytest.fixture
def corrupt(client: fakeredis.FakeRedis, layout: Layout) -> Callable[[Address], None]:
    return lambda address: client.hset(layout.space.record(address), "record", b"\x80garbage")


@pytest.fixture
def trim(client: fakeredis.FakeRedis, layout: Layout) -> Callable[[str], None]:
    return lambda namespace: client.xtrim(
        layout.space.events(namespace), maxlen=1, approximate=False
    )
