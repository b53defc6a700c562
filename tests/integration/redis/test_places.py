"""Where results lie, for whoever looks with other eyes than fleeting's."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleeting.adapters.redis.adapter import result_store, source_store
from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.commands import Reply
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.result_store import RedisResultReader, RedisResultWriter
from fleeting.domain.change import opening
from fleeting.domain.errors import StoreCorrupt
from fleeting.domain.result import Record
from fleeting.ports.bundles import StoreOptions
from fleeting.ports.result_store import Slice
from fleeting.testing import Run
from fleeting.testing.given import Given

from ..servers.redis_server import RedisServer
from ..servers.require import require

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECORD = Record(
    key="add_1763683200000_0123456789abcdef",
    function="add",
    source_digest="0" * 64,
    submitted_at=NOW,
    deadline=NOW + timedelta(hours=1),
    ttl=timedelta(minutes=5),
)
VALUE = '{"a": [1.50,  2], "ü": "\\u0000"}'.encode()


def test_redis_cli_prints_exactly_the_json(redis_url: str) -> None:
    cli = require("redis-cli", package="redis-tools")
    store = result_store(redis_url, StoreOptions())
    key = Given(store.writer).succeeded(value=VALUE).key
    store.close()

    printed = subprocess.run([cli, "-u", redis_url, "GET", key], capture_output=True, check=True)

    assert printed.stdout == VALUE + b"\n"


def test_value_and_record_expire_in_the_same_millisecond(
    say: Callable[..., Reply], writer: RedisResultWriter, layout: Layout
) -> None:
    address = Given(writer).succeeded(ttl=timedelta(seconds=300)).address

    expiries = [
        say("PTTL", key) for key in (layout.space.value(address), layout.space.record(address))
    ]

    assert 299_000 < expiries[0] <= 300_000
    assert abs(expiries[0] - expiries[1]) < 100  # asked for one after the other


def test_everything_has_an_end(
    say: Callable[..., Reply], writer: RedisResultWriter, layout: Layout
) -> None:
    given = Given(writer)
    addresses = [given.succeeded(1).address, given.failed(2).address, given.running(3).address]
    keys = [
        *(layout.space.record(address) for address in addresses),
        layout.space.value(addresses[0]),
        layout.space.live("", "add"),
        layout.space.other("", "add"),
        layout.space.functions(""),
        layout.space.events(""),
        layout.space.open_tasks,
    ]

    assert [key for key in keys if say("PTTL", key) <= 0] == []


GARBAGE = [
    ("SET", "garbage"),
    ("HSET", "record", "garbage"),
    ("HSET", "version", "succeeded:1", "record", '{"key": 1}'),
    ("HSET", "record", "{}", "lease", "soon"),
    ("RPUSH", "garbage"),
]


@pytest.fixture(params=GARBAGE, ids=" ".join)
def spoilt(request: pytest.FixtureRequest, say: Callable[..., Reply], layout: Layout) -> str:
    """The key of a record that somebody else wrote."""
    name, *words = request.param
    key = layout.space.record(RECORD.address)
    say(name, key, *words)
    return key


def test_garbage_under_a_record_is_named(
    run: Run, writer: RedisResultWriter, reader: RedisResultReader, spoilt: str
) -> None:
    for read in (
        lambda: writer.load([RECORD.address]),
        lambda: writer.store([opening(RECORD, now=NOW)]),
        lambda: run(reader.read(RECORD.address)),
    ):
        with pytest.raises(StoreCorrupt) as caught:
            read()
        assert spoilt in caught.value.message


def test_prefix_keeps_installations_apart(
    run: Run, connection: RedisConnection, layout: Layout
) -> None:
    ours, theirs = (replace(layout, space=Keyspace.under(name)) for name in ("ours", "theirs"))
    record = Given(RedisResultWriter(connection, ours)).succeeded()

    async def values(layout: Layout) -> list[str]:
        reader = RedisResultReader(connection, layout)
        found = await reader.values("", "add", Slice(), max_bytes=99)
        return [value.key for value in found]

    assert run(values(ours)) == [record.key]
    assert run(values(theirs)) == []


@pytest.fixture
def socket_url(tmp_path: Path) -> Iterator[str]:
    require("redis-server")
    path = tmp_path / "redis.sock"
    with RedisServer(tmp_path / "server", settings=[f"unixsocket {path}"]):
        yield f"unix://{path}"


def test_unix_socket(run: Run, socket_url: str) -> None:
    store, sources = (make(socket_url, StoreOptions()) for make in (result_store, source_store))
    record = Given(store.writer).succeeded(value=VALUE)

    async def use() -> None:
        assert (await store.reader.read(record.address)).value == VALUE
        await sources.writer.put("0" * 64, "a = 1", keep=timedelta(minutes=1))
        await store.aclose()
        await sources.aclose()

    run(use())
    assert sources.reader.get("0" * 64) == "a = 1"
    store.close()
    sources.close()
