"""The Redis event feed keeps the contract, and its bounds."""

from __future__ import annotations

from datetime import timedelta

import fakeredis
import pytest

from fleeting.adapters.redis.announcements import FeedSize
from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.event_feed import RedisEventFeed
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.result_store import RedisResultWriter
from fleeting.domain.errors import InvalidQuery, StoreCorrupt
from fleeting.testing import EventFeedContract, Run
from fleeting.testing.contract import PassTime
from fleeting.testing.given import Given

_NOW = timedelta(0)


class TestRedisEventFeed(EventFeedContract):
    @pytest.fixture
    def broken(self, broken_connection: RedisConnection, layout: Layout) -> RedisEventFeed:
        return RedisEventFeed(broken_connection, layout.space)

    @pytest.fixture
    def denied(self, denied_connection: RedisConnection, layout: Layout) -> RedisEventFeed:
        return RedisEventFeed(denied_connection, layout.space)

    def test_position_that_redis_would_not_take_is_refused(
        self, run: Run, feed: RedisEventFeed
    ) -> None:
        """The halves of a position are numbers of 64 bits."""
        with pytest.raises(InvalidQuery):
            run(feed.read("", f"{2**64}-0", wait=_NOW, limit=9))

    @pytest.mark.parametrize(
        "fields", [{"a": "b"}, {"key": "k", "version": "no", "kind": "status"}]
    )
    def test_garbage_in_the_stream_is_named(
        self, run: Run, feed: RedisEventFeed, client: fakeredis.FakeRedis, fields: dict[str, str]
    ) -> None:
        """What fleeting did not write is no event."""
        client.xadd("events", fields)

        with pytest.raises(StoreCorrupt, match="events"):
            run(feed.read("", "0-0", wait=_NOW, limit=9))

    def test_stream_is_bounded(
        self, connection: RedisConnection, client: fakeredis.FakeRedis, layout: Layout
    ) -> None:
        """Redis may keep a few more than asked for, since it drops whole nodes of the stream."""
        small = Layout(layout.space, feed=FeedSize(events=50))
        given = Given(RedisResultWriter(connection, small))

        for number in range(400):
            given.queued(number)

        assert client.xlen(layout.space.events("")) < 300

    def test_silent_stream_is_forgotten(
        self, given: Given, client: fakeredis.FakeRedis, layout: Layout, pass_time: PassTime
    ) -> None:
        """Nothing lives for ever."""
        given.queued()
        pass_time(FeedSize().life)

        assert not client.exists(layout.space.events(""))


def test_namespaces_have_streams_of_their_own() -> None:
    assert Keyspace().events("team-a") == "team-a:events"
