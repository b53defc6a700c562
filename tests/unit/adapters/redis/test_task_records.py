"""The Redis task records keep the contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import fakeredis
import pytest

from fleeting.adapters.redis import changes
from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.commands import Command, Plan
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.task_records import PostingTaskRecords, RedisTaskRecords
from fleeting.domain.change import Refused, Swapped, opening
from fleeting.domain.errors import StoreCorrupt
from fleeting.ports.result_store import ResultWriter
from fleeting.ports.task_queue import Letter
from fleeting.ports.task_records import Reservation
from fleeting.testing import Run, TaskRecordsContract
from fleeting.testing.given import LONG, Given

T = TypeVar("T")

LETTER = Letter("{queue}:stream:0", ("message", "the task"))
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

    def test_letter_is_posted_with_what_took_place(
        self,
        run: Run,
        records: PostingTaskRecords,
        writer: ResultWriter,
        client: fakeredis.FakeRedis,
        given: Given,
    ) -> None:
        """A worker that takes it finds the record."""
        record = given.record()

        told = run(records.store_and_post(opening(record, now=given.now), LETTER))

        assert isinstance(told, Swapped)
        assert [found.record for found in writer.load([record.address])] == [record]
        assert posted(client) == [{b"message": b"the task"}]

    def test_letter_is_kept_back_with_what_was_refused(
        self, run: Run, records: PostingTaskRecords, client: fakeredis.FakeRedis, given: Given
    ) -> None:
        """Whoever is in the way has seen to a message of its own."""
        there = given.running()

        told = run(records.store_and_post(opening(given.record(), now=given.now), LETTER))

        assert isinstance(told, Refused)
        assert told.snapshot.record == there
        assert posted(client) == []

    def test_call_that_is_repeated_posts_once(
        self,
        run: Run,
        connection: RedisConnection,
        layout: Layout,
        client: fakeredis.FakeRedis,
        given: Given,
    ) -> None:
        """The answer to the first try was lost on a connection that broke."""
        plan = changes.store(layout, [opening(given.record(), now=given.now)], letter=LETTER)

        told = run(connection.run_async(sent_twice(plan)))

        assert [type(one) for one in told] == [Swapped]
        assert len(posted(client)) == 1

    def test_feed_lives_on_beside_a_letter(
        self, run: Run, records: PostingTaskRecords, client: fakeredis.FakeRedis, given: Given
    ) -> None:
        """The queue does not end with the feed, nor has it a life of its own."""
        run(records.store_and_post(opening(given.record(), now=given.now), LETTER))

        assert client.pttl("events") > 0
        assert client.pttl(LETTER.place) == -1


def posted(client: fakeredis.FakeRedis) -> list[object]:
    """What stands in the queue."""
    return [fields for _, fields in client.xrange(LETTER.place)]


def sent_twice(plan: Plan[T]) -> Plan[T]:
    """The same plan over a connection that says everything twice."""
    try:
        commands: Sequence[Command] = next(plan)
        while True:
            yield commands
            commands = plan.send((yield commands))
    except StopIteration as end:
        result: T = end.value
        return result
