"""The Redis adapters keep the contracts on every kind of server."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.event_feed import RedisEventFeed
from fleeting.adapters.redis.fleet import RedisFleet, RedisFleetRegister
from fleeting.adapters.redis.health import RedisHealth
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.quarantines import RedisQuarantineRegister, RedisQuarantines
from fleeting.adapters.redis.rate_limiter import RedisRateLimiter
from fleeting.adapters.redis.result_store import (
    RedisOpenTasks,
    RedisResultReader,
    RedisResultWriter,
)
from fleeting.adapters.redis.source_store import RedisSourceReader, RedisSourceWriter
from fleeting.adapters.redis.task_records import RedisTaskRecords
from fleeting.testing import (
    CancelSignalsContract,
    EventFeedContract,
    FleetContract,
    HealthContract,
    OpenTasksContract,
    QuarantinesContract,
    RateLimiterContract,
    ResultReaderContract,
    ResultWriterContract,
    SourceReaderContract,
    SourceWriterContract,
    TaskRecordsContract,
    UsageContract,
)

from .conftest import KINDS, Backend, backend_of

# The contracts ask for `denied` by its name alone, which would leave the kinds of servers out.
pytestmark = pytest.mark.usefixtures("backend")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    kinds = kinds_for(metafunc.fixturenames)
    if kinds != KINDS:
        metafunc.definition.add_marker(pytest.mark.parametrize("backend", kinds, indirect=True))


def kinds_for(fixtures: Sequence[str]) -> Sequence[str]:
    """The kinds of servers that can differ in what a test looks at."""
    if any(name.startswith("broken") for name in fixtures):
        return KINDS[:1]  # where nothing listens there is no server at all
    if "pass_time" in fixtures:
        # Keys expire in a redis-server, which is the same behind sentinels as behind TLS.
        return [kind for kind in KINDS if kind != "sentinel"]
    return KINDS


class TestRedisResultWriter(ResultWriterContract):
    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisResultWriter:
        return RedisResultWriter(broken_connection, layout)

    @pytest.fixture
    def denied(self, denied_connection: RedisConnection, layout: Layout) -> RedisResultWriter:
        return RedisResultWriter(denied_connection, layout)


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


class TestRedisTaskRecords(TaskRecordsContract):
    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisTaskRecords:
        return RedisTaskRecords(broken_connection, layout)

    @pytest.fixture
    def denied(self, denied_connection: RedisConnection, layout: Layout) -> RedisTaskRecords:
        return RedisTaskRecords(denied_connection, layout)


class TestRedisEventFeed(EventFeedContract):
    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisEventFeed:
        return RedisEventFeed(broken_connection, layout.space)

    @pytest.fixture
    def denied(self, denied_connection: RedisConnection, layout: Layout) -> RedisEventFeed:
        return RedisEventFeed(denied_connection, layout.space)


class TestRedisCancelSignals(CancelSignalsContract):
    pass


class TestRedisFleet(FleetContract):
    @pytest.fixture
    def register(self, connection: RedisConnection, layout: Layout) -> RedisFleetRegister:
        return RedisFleetRegister(connection, layout.space)

    @pytest.fixture
    def fleet(self, connection: RedisConnection, layout: Layout) -> RedisFleet:
        return RedisFleet(connection, layout.space)

    @pytest.fixture
    def broken_register(
        self, broken_connection: RedisConnection, layout: Layout
    ) -> RedisFleetRegister:
        return RedisFleetRegister(broken_connection, layout.space)

    @pytest.fixture
    def broken_fleet(self, broken_connection: RedisConnection, layout: Layout) -> RedisFleet:
        return RedisFleet(broken_connection, layout.space)


class TestRedisQuarantines(QuarantinesContract):
    @pytest.fixture
    def register(self, connection: RedisConnection, layout: Layout) -> RedisQuarantineRegister:
        return RedisQuarantineRegister(connection, layout.space)

    @pytest.fixture
    def quarantines(self, connection: RedisConnection, layout: Layout) -> RedisQuarantines:
        return RedisQuarantines(connection, layout.space)

    @pytest.fixture
    def broken_register(
        self, broken_connection: RedisConnection, layout: Layout
    ) -> RedisQuarantineRegister:
        return RedisQuarantineRegister(broken_connection, layout.space)

    @pytest.fixture
    def broken_quarantines(
        self, broken_connection: RedisConnection, layout: Layout
    ) -> RedisQuarantines:
        return RedisQuarantines(broken_connection, layout.space)


class TestRedisRateLimiter(RateLimiterContract):
    @pytest.fixture
    def limiter(self, connection: RedisConnection, layout: Layout) -> RedisRateLimiter:
        return RedisRateLimiter(connection, layout.space)

    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisRateLimiter:
        return RedisRateLimiter(broken_connection, layout.space)


class TestRedisUsage(UsageContract):
    @pytest.fixture
    def backend(self, request: pytest.FixtureRequest) -> Backend:
        """Where every key is on a server of its own."""
        return backend_of(request, "cluster")

    @pytest.fixture
    def layout(self) -> Layout:
        return Layout(Keyspace(), is_sharded=True, keeps_usage=True)


class TestRedisSourceWriter(SourceWriterContract):
    @pytest.fixture
    def writer(self, connection: RedisConnection, layout: Layout) -> RedisSourceWriter:
        return RedisSourceWriter(connection, layout.space)

    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisSourceWriter:
        return RedisSourceWriter(broken_connection, layout.space)

    @pytest.fixture
    def denied(self, denied_connection: RedisConnection, layout: Layout) -> RedisSourceWriter:
        return RedisSourceWriter(denied_connection, layout.space)


class TestRedisSourceReader(SourceReaderContract):
    @pytest.fixture
    def reader(self, connection: RedisConnection, layout: Layout) -> RedisSourceReader:
        return RedisSourceReader(connection, layout.space)

    @pytest.fixture
    def writer(self, connection: RedisConnection, layout: Layout) -> RedisSourceWriter:
        return RedisSourceWriter(connection, layout.space)

    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisSourceReader:
        return RedisSourceReader(broken_connection, layout.space)

    @pytest.fixture
    def denied(self, denied_connection: RedisConnection, layout: Layout) -> RedisSourceReader:
        return RedisSourceReader(denied_connection, layout.space)


class TestRedisHealth(HealthContract):
    @pytest.fixture
    def health(self, connection: RedisConnection, layout: Layout) -> RedisHealth:
        return RedisHealth(connection, layout.space)

    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisHealth:
        return RedisHealth(broken_connection, layout.space)
