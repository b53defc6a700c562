"""Redis keeps what a namespace has, where it is told to."""

from __future__ import annotations

import time

import fakeredis
import pytest

from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.result_store import RedisResultWriter
from fleeting.adapters.redis.task_records import RedisTaskRecords
from fleeting.domain.errors import StoreCorrupt
from fleeting.testing import Run, UsageContract
from fleeting.testing.given import Given

MINUTE = int(time.time() // 60)


class TestRedisUsage(UsageContract):
    @pytest.fixture(params=["one server", "sharded"])
    def layout(self, request: pytest.FixtureRequest) -> Layout:
        return Layout(Keyspace(), is_sharded=request.param == "sharded", keeps_usage=True)

    @pytest.fixture
    def records(self, connection: RedisConnection, layout: Layout) -> RedisTaskRecords:
        return RedisTaskRecords(connection, layout)

    def test_values_that_have_expired_count_no_more(
        self, run: Run, records: RedisTaskRecords, given: Given, client: fakeredis.FakeRedis
    ) -> None:
        """And are forgotten when the first value of another minute comes."""
        client.hset("bytes", mapping={str(MINUTE - 1): 1000, str(MINUTE + 5): 7})
        assert run(records.usage("")).live_bytes == 7

        given.succeeded(value=b"123")

        assert run(records.usage("")).live_bytes == 10
        assert str(MINUTE - 1).encode() not in client.hkeys("bytes")

    def test_what_is_kept_ends_by_itself(self, given: Given, client: fakeredis.FakeRedis) -> None:
        given.queued(0)
        given.succeeded(1)

        assert 0 < client.pttl("queued") <= 3_600_000
        assert 0 < client.pttl("bytes") <= 3_660_000

    def test_what_somebody_else_has_written_is_named(
        self, run: Run, records: RedisTaskRecords, client: fakeredis.FakeRedis
    ) -> None:
        client.hset("bytes", "soon", 1)
        with pytest.raises(StoreCorrupt):
            run(records.usage(""))


def test_nothing_is_kept_that_nobody_asks_for(
    connection: RedisConnection, client: fakeredis.FakeRedis
) -> None:
    Given(RedisResultWriter(connection, Layout(Keyspace()))).succeeded()

    assert not {b"queued", b"bytes"} & set(client.keys())
