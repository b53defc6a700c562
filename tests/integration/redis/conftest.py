"""The Redis adapters over every kind of server: each test runs on all of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from fleeting.adapters.redis.cancel_signals import RedisCancelSignals
from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.commands import Command, Plan, Reply, command
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.event_feed import RedisEventFeed
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.result_store import (
    RedisOpenTasks,
    RedisResultReader,
    RedisResultWriter,
)
from fleeting.adapters.redis.task_records import RedisTaskRecords
from fleeting.adapters.redis.url import parse
from fleeting.domain.result_key import Address
from fleeting.testing import Run

from ..servers.port import Port
from ..servers.server import Server


@dataclass(frozen=True)
class Backend:
    """A running Redis of some kind: its URL, and the servers that hold its keys."""

    url: str
    servers: Sequence[Server]


KINDS = ("valkey", "redis-tls", "sentinel", "cluster")


@pytest.fixture
def run() -> Iterator[Run]:
    """One event loop for the whole test, for tests outside of the contracts too."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(params=KINDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    """Healed and empty."""
    return backend_of(request, request.param)


def backend_of(request: pytest.FixtureRequest, kind: str) -> Backend:
    get = request.getfixturevalue
    match kind:
        case "valkey":
            return Backend(get("valkey_url"), [get("valkey_server")])
        case "redis-tls":
            return Backend(get("redis_tls_url"), [get("redis_tls_server")])
        case "sentinel":
            return Backend(get("sentinel_url"), get("sentinel_group").data)
        case _:
            return Backend(get("cluster_url"), get("redis_cluster").members)


@pytest.fixture
def connection(backend: Backend, run: Run) -> Iterator[RedisConnection]:
    connection = RedisConnection.to(parse(backend.url))
    yield connection
    connection.close()
    run(connection.aclose())


@pytest.fixture
def broken_connection(run: Run) -> Iterator[RedisConnection]:
    """To a port of ours on which nothing listens."""
    port = Port()
    connection = RedisConnection.to(parse(f"redis://127.0.0.1:{port.number}"))
    yield connection
    connection.close()
    run(connection.aclose())
    port.release()


@pytest.fixture
def denied_connection(backend: Backend, run: Run) -> Iterator[RedisConnection]:
    """As a user whom no server knows."""
    scheme, _, rest = backend.url.partition("://")
    connection = RedisConnection.to(parse(f"{scheme}://stranger:guess@{rest.rpartition('@')[2]}"))
    yield connection
    connection.close()
    run(connection.aclose())


@pytest.fixture
def layout(backend: Backend) -> Layout:
    return Layout(Keyspace(), is_sharded=parse(backend.url).is_sharded)


@pytest.fixture
def pass_time() -> Callable[[timedelta], None]:
    """Real servers have real clocks."""
    return lambda span: time.sleep(span.total_seconds())


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
def records(connection: RedisConnection, layout: Layout) -> RedisTaskRecords:
    return RedisTaskRecords(connection, layout)


@pytest.fixture
def feed(connection: RedisConnection, layout: Layout) -> RedisEventFeed:
    return RedisEventFeed(connection, layout.space)


@pytest.fixture
def signals(connection: RedisConnection, layout: Layout) -> RedisCancelSignals:
    return RedisCancelSignals(connection, layout.space)


@pytest.fixture
def say(connection: RedisConnection) -> Callable[..., Reply]:
    """One command on one key, wherever that lives."""

    def say(name: str, key: str, *words: str | bytes | int) -> Reply:
        return connection.run(one(command(name, key, *words)))

    return say


def one(command: Command) -> Plan[Reply]:
    [reply] = yield [command]
    return reply


@pytest.fixture
def corrupt(say: Callable[..., Reply], layout: Layout) -> Callable[[Address], None]:
    return lambda address: say("SET", layout.space.record(address), "garbage")


@pytest.fixture
def trim(say: Callable[..., Reply], layout: Layout) -> Callable[[str], None]:
    return lambda namespace: say("XTRIM", layout.space.events(namespace), "MAXLEN", 1)


@pytest.fixture
def cut(backend: Backend) -> Callable[[], None]:
    """Break the connections of all subscribers."""

    def cut() -> None:
        for server in backend.servers:
            with server.connect() as client:
                client.execute_command("CLIENT KILL", "TYPE", "pubsub")

    return cut
