"""What a worker says of its claims: nobody hears of it before it can be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from fleeting.adapters.redis import holds
from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.commands import Plan
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.event_feed import RedisEventFeed
from fleeting.adapters.redis.exchange import completed
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.pipelines import send
from fleeting.adapters.redis.result_store import RedisResultReader, RedisResultWriter
from fleeting.domain.change import Note
from fleeting.domain.result import Record
from fleeting.testing import Run
from fleeting.testing.given import Given, hold

Look = Callable[[], list[str]]


@pytest.fixture(params=["one server", "several servers"])
def layout(request: pytest.FixtureRequest) -> Layout:
    return Layout(Keyspace(), is_sharded=request.param == "several servers")


@pytest.fixture(params=["known", "unknown"])
def running(
    request: pytest.FixtureRequest, connection: RedisConnection, writer: RedisResultWriter
) -> Record:
    """A run, on a server that has met all scripts, or none since it was started."""
    given = Given(writer)
    writer.report([note(given.running(1), "0\n")])
    record = given.running(2)
    if request.param == "unknown":
        connection.client().script_flush()
    return record


@pytest.fixture
def look(run: Run, feed: RedisEventFeed, reader: RedisResultReader, running: Record) -> Look:
    """What is shown of the tasks that were announced since the run began."""
    position = run(feed.latest(running.namespace))

    async def look() -> list[str]:
        events = await feed.read("", position, wait=timedelta(0), limit=9)
        found = [await reader.read(event.address) for event in events]
        return [stored.record.output for stored in found if stored is not None]

    return lambda: run(look())


def note(record: Record, output: str) -> Note:
    return Note(hold=hold(record), progress=None, output=output)


def seen_meanwhile(plan: Plan[None], connection: RedisConnection, look: Look) -> list[str]:
    """Do as `RedisConnection.run`; somebody looks after each round trip."""
    steps, replies, seen = completed(plan, "a fake Redis"), None, []
    try:
        while True:
            replies = send(connection.client(), steps.send(replies))
            seen += look()
    except StopIteration:
        return seen


def test_who_hears_of_a_note_finds_it(
    connection: RedisConnection, layout: Layout, running: Record, look: Look
) -> None:
    """Also where the server has to be told the script, and everything else overtakes it."""
    plan = holds.report(layout, [note(running, "one\n")])

    assert set(seen_meanwhile(plan, connection, look)) == {"one\n"}
