"""The Redis task records keep the contract."""

from __future__ import annotations

import fakeredis
import pytest

from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.task_records import RedisTaskRecords
from fleeting.domain.errors import StoreCorrupt
from fleeting.ports.task_records import Reservation
from fleeting.testing import Run, TaskRecordsContract
from fleeting.testing.given import LONG

WANTED = Reservation("", "a" * 64, "add_1763683200000_0123456789abcdef", "0" * 64)


class TestRedisTaskRecords(TaskRecordsContract):
    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisTaskRecords:
        return RedisTaskRecords(broken_connection, layout)

    @pytest.fixture
    def denied(self, denied_connection: RedisConnection, layout: Layout) -> RedisTaskRecords:
        return RedisTaskRecords(denied_connection, layout)

    def test_garbage_under_a_reservation_is_named(
        self, run: Run, records: RedisTaskRecords, client: fakeredis.FakeRedis, layout: Layout
    ) -> None:
        """What cannot be read is not taken for somebody else's reservation."""
        key = layout.space.reservation("", WANTED.name)
        client.set(key, "garbage")

        with pytest.raises(StoreCorrupt, match=key):
            run(records.reserve([WANTED], LONG))
