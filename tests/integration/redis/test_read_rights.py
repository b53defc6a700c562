"""Reading needs the right to read and no other: no script, no PING, no name for the connection."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.event_feed import RedisEventFeed
from fleeting.adapters.redis.health import RedisHealth
from fleeting.adapters.redis.result_store import RedisResultReader, RedisResultWriter
from fleeting.adapters.redis.url import parse
from fleeting.domain.errors import StoreDenied
from fleeting.domain.result import Status
from fleeting.ports.result_store import LiveValue, Slice
from fleeting.testing import Run
from fleeting.testing.given import Given

from .conftest import Backend, backend_of

USER, PASSWORD = "retriever", "retriever-secret"  # of a server that lives for these tests
RULES = ["on", f">{PASSWORD}", "%R~*", "resetchannels", "-@all", "+@read"]
CLUSTER_RULES = ["+cluster|slots", "+command"]
"""How a client learns of the nodes, and of the places of keys in commands."""


@pytest.fixture(params=["valkey", "redis-tls", "cluster"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    backend = backend_of(request, request.param)
    rules = RULES + (CLUSTER_RULES if request.param == "cluster" else [])
    for server in backend.servers:
        with server.connect() as client:
            client.execute_command("ACL SETUSER", USER, *rules)
            client.acl_log_reset()
    yield backend
    for server in backend.servers:
        with server.connect() as client:
            client.acl_deluser(USER)


@pytest.fixture
def restricted(backend: Backend, run: Run) -> Iterator[RedisConnection]:
    scheme, _, rest = backend.url.partition("://")
    connection = RedisConnection.to(
        parse(f"{scheme}://{USER}:{PASSWORD}@{rest.rpartition('@')[2]}")
    )
    yield connection
    connection.close()
    run(connection.aclose())


def refusals(backend: Backend) -> list[object]:
    found: list[object] = []
    for server in backend.servers:
        with server.connect() as client:
            found += [(entry["reason"], entry["object"]) for entry in client.acl_log()]
    return found


def test_reader_may_do_everything_that_it_does(
    run: Run,
    backend: Backend,
    restricted: RedisConnection,
    layout: Layout,
    writer: RedisResultWriter,
) -> None:
    given = Given(writer)
    done, failed = given.succeeded(1, value=b"42"), given.failed(2)
    reader = RedisResultReader(restricted, layout)
    feed = RedisEventFeed(restricted, layout.space)

    async def everything() -> None:
        assert (await reader.read(done.address)).value == b"42"
        values = await reader.values("", "add", Slice(), max_bytes=99)
        assert values == [LiveValue(done.key, b"42")]
        assert await reader.records("", "add", Slice(), frozenset(Status)) == [done, failed]
        assert [one.newest for one in await reader.functions("")] == [done.key]
        assert await feed.latest("") != "0-0"
        assert len(await feed.read("", "0-0", wait=timedelta(seconds=1), limit=99)) == 6
        await RedisHealth(restricted, layout.space).ping()

    run(everything())

    assert refusals(backend) == []


def test_reader_cannot_write(
    restricted: RedisConnection, layout: Layout, writer: RedisResultWriter
) -> None:
    record = Given(writer).succeeded()

    with pytest.raises(StoreDenied):
        RedisResultWriter(restricted, layout).load([record.address])


@pytest.mark.parametrize("rule", ["-sort_ro", "resetkeys %R~{*}:live %R~add_*"])
def test_reader_does_without_the_join_where_it_may_not(
    *,
    run: Run,
    backend: Backend,
    restricted: RedisConnection,
    layout: Layout,
    writer: RedisResultWriter,
    rule: str,
) -> None:
    """SORT_RO needs a right of its own, and the right to read every key."""
    for server in backend.servers:
        with server.connect() as client:
            client.execute_command("ACL SETUSER", USER, *rule.split())
    done = Given(writer).succeeded(1, value=b"42")
    reader = RedisResultReader(restricted, layout)

    async def read() -> list[LiveValue]:
        return await reader.values("", "add", Slice(), max_bytes=99)

    for _ in range(3):
        assert run(read()) == [LiveValue(done.key, b"42")]
