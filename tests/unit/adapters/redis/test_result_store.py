"""The Redis result store keeps the contract, on one server and on several."""

from __future__ import annotations

import pytest

from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.result_store import (
    RedisOpenTasks,
    RedisResultReader,
    RedisResultWriter,
)
from fleeting.testing import OpenTasksContract, ResultReaderContract, ResultWriterContract


class TestRedisResultWriter(ResultWriterContract):
    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisResultWriter:
        return RedisResultWriter(broken_connection, layout)

    @pytest.fixture
    def denied(self, denied_connection: RedisConnection, layout: Layout) -> RedisResultWriter:
        return RedisResultWriter(denied_connection, layout)


class TestShardedRedisResultWriter(TestRedisResultWriter):
    """Announcements take a round trip of their own; everything under a prefix."""

    @pytest.fixture
    def layout(self) -> Layout:
        return Layout(Keyspace.under("apps"), is_sharded=True)


class TestRedisResultReader(ResultReaderContract):
    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisResultReader:
        return RedisResultReader(broken_connection, layout)

    @pytest.fixture
    def denied(self, denied_connection: RedisConnection, layout: Layout) -> RedisResultReader:
        return RedisResultReader(denied_connection, layout)


class TestRedisOpenTasks(OpenTasksContract):
    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisOpenTasks:
        return RedisOpenTasks(broken_connection, layout)
