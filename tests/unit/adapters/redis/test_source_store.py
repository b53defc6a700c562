"""The Redis source store keeps the contract."""

from __future__ import annotations

from datetime import timedelta

import fakeredis
import pytest

from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.source_store import RedisSourceReader, RedisSourceWriter
from fleeting.domain.errors import StoreCorrupt
from fleeting.testing import Run, SourceReaderContract, SourceWriterContract
from fleeting.testing.contract import PassTime
from fleeting.testing.given import LONG


@pytest.fixture
def writer(connection: RedisConnection) -> RedisSourceWriter:
    return RedisSourceWriter(connection, Keyspace())


class TestRedisSourceWriter(SourceWriterContract):
    @pytest.fixture
    def broken(self, broken_connection: RedisConnection) -> RedisSourceWriter:
        return RedisSourceWriter(broken_connection, Keyspace())

    @pytest.fixture
    def denied(self, denied_connection: RedisConnection) -> RedisSourceWriter:
        return RedisSourceWriter(denied_connection, Keyspace())

    def test_storing_again_never_shortens_a_life(
        self, run: Run, writer: RedisSourceWriter, pass_time: PassTime
    ) -> None:
        """A task with a short life does not take the source from one with a long life."""
        run(writer.put("0" * 64, "a = 1", keep=LONG))
        run(writer.put("0" * 64, "a = 1", keep=timedelta(seconds=1)))
        pass_time(LONG / 2)

        assert run(writer.get("0" * 64)) == "a = 1"

    def test_source_is_gone_after_keep(
        self, run: Run, writer: RedisSourceWriter, pass_time: PassTime
    ) -> None:
        """Nothing lives for ever."""
        run(writer.put("0" * 64, "a = 1", keep=timedelta(seconds=5)))
        pass_time(timedelta(seconds=5))

        assert run(writer.get("0" * 64)) is None


class TestRedisSourceReader(SourceReaderContract):
    @pytest.fixture
    def reader(self, connection: RedisConnection) -> RedisSourceReader:
        return RedisSourceReader(connection, Keyspace())

    @pytest.fixture
    def broken(self, broken_connection: RedisConnection) -> RedisSourceReader:
        return RedisSourceReader(broken_connection, Keyspace())

    @pytest.fixture
    def denied(self, denied_connection: RedisConnection) -> RedisSourceReader:
        return RedisSourceReader(denied_connection, Keyspace())

    def test_what_is_no_text_is_an_error(
        self, reader: RedisSourceReader, client: fakeredis.FakeRedis
    ) -> None:
        """A source that cannot be decoded was not stored by fleeting."""
        client.set(f"source:{'0' * 64}", b"\xff\xfe")

        with pytest.raises(StoreCorrupt, match="source:0"):
            reader.get("0" * 64)
