"""The Redis adapter tells whether its server answers."""

from __future__ import annotations

import pytest

from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.health import RedisHealth
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.testing import HealthContract


class TestRedisHealth(HealthContract):
    @pytest.fixture
    def health(self, connection: RedisConnection) -> RedisHealth:
        return RedisHealth(connection, Keyspace())

    @pytest.fixture
    def broken(self, broken_connection: RedisConnection) -> RedisHealth:
        return RedisHealth(broken_connection, Keyspace())
