from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from fleeting.adapters.memory.event_feed import MemoryEventFeed
from fleeting.domain.errors import InvalidQuery, StoreUnavailable
from fleeting.domain.event import Event
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address
from fleeting.usecases.channel import BATCH
from fleeting.usecases.follow import Follow

from .make import Installation

LONG = timedelta(seconds=10)
MOMENT = timedelta(milliseconds=1)
ADD = Address("", "add_1763683200000_0123456789abcdef")
OTHER = Address("", "add_1763683200000_0123456789abcdee")
SUB = Address("", "sub_1763683200000_0123456789abcdef")
TEAM = Address("team", ADD.key)


class CountingFeed(MemoryEventFeed):
    """A feed in memory that counts its reads and can be made to fail."""

    def __init__(self, home: Installation) -> None:
        super().__init__(home.store)
        self.reads = 0
        self.failures: list[Exception] = []

    async def read(
        self, namespace: str, after: str, *, wait: timedelta, limit: int
    ) -> Sequence[Event]:
        self.reads += 1
        if self.failures:
            raise self.failures.pop(0)
        return await super().read(namespace, after, wait=wait, limit=limit)


@pytest.fixture
def home() -> Installation:
    return Installation()


@pytest.fixture
def feed(home: Installation) -> CountingFeed:
    return CountingFeed(home)


@pytest.fixture
async def follow(feed: CountingFeed) -> AsyncIterator[Follow]:
    follow = Follow(feed=feed, pause=MOMENT, linger=timedelta(0))
    yield follow
    await follow.close()


def announce(home: Installation, address: Address, status: Status = Status.SUCCEEDED) -> None:
    home.store.events.append(address, "status", status, 1)


async def test_what_is_announced_of_a_key_is_heard(home: Installation, follow: Follow) -> None:
    async with follow.listen("", key=ADD.key) as listener:
        for address in (OTHER, SUB, TEAM, ADD):
            announce(home, address)

        event = await listener.next(LONG)

    assert event is not None
    assert event.address == ADD


async def test_what_is_announced_of_a_function_is_heard(home: Installation, follow: Follow) -> None:
    async with follow.listen("", function="add") as listener:
        for address in (SUB, TEAM, ADD, OTHER):
            announce(home, address)

        heard = [await listener.next(LONG), await listener.next(LONG)]

    assert [event and event.address for event in heard] == [ADD, OTHER]


async def test_what_was_announced_before_is_not_heard(home: Installation, follow: Follow) -> None:
    announce(home, ADD)

    async with follow.listen("", key=ADD.key) as listener:
        assert await listener.next(MOMENT) is None


async def test_namespaces_are_followed_apart(home: Installation, follow: Follow) -> None:
    async with follow.listen("team", key=ADD.key) as listener:
        announce(home, ADD)
        announce(home, TEAM)

        event = await listener.next(LONG)

    assert event is not None
    assert event.address == TEAM


async def test_any_number_of_listeners_share_one_read(
    home: Installation, feed: CountingFeed, follow: Follow
) -> None:
    async with AsyncExitStack() as stack:
        listeners = [
            await stack.enter_async_context(follow.listen("", key=ADD.key)) for _ in range(20)
        ]
        await asyncio.sleep(0)
        before = feed.reads
        announce(home, ADD)
        events = [await listener.next(LONG) for listener in listeners]

    assert [event and event.address for event in events] == [ADD] * 20
    assert before == 1


async def test_who_has_left_hears_nothing_more(home: Installation, follow: Follow) -> None:
    async with follow.listen("", key=ADD.key) as stays:
        async with follow.listen("", key=ADD.key) as leaves:
            pass
        announce(home, ADD)

        assert await stays.next(LONG) is not None
        assert await leaves.next(MOMENT) is None


async def test_who_listens_again_at_once_hears_what_comes(
    home: Installation, follow: Follow
) -> None:
    """While the reader of the last listener still waits for its read to end."""
    async with follow.listen("", key=ADD.key):
        pass

    async with follow.listen("", key=ADD.key) as listener:
        announce(home, ADD)

        assert await listener.next(LONG) is not None


async def test_feed_that_nobody_listens_to_is_not_read(home: Installation, follow: Follow) -> None:
    async with follow.listen("", key=ADD.key):
        await asyncio.sleep(0)
        assert follow.namespaces == {""}

    announce(home, ADD)
    for _ in range(9):
        await asyncio.sleep(0)
    assert follow.namespaces == frozenset()


async def test_feed_is_read_on_for_who_comes_back() -> None:
    """One who waits for one task after the other has it asked for its position once."""
    asked = 0

    class Feed(CountingFeed):
        async def latest(self, namespace: str) -> str:
            nonlocal asked
            asked += 1
            return await super().latest(namespace)

    home = Installation()
    follow = Follow(feed=Feed(home), linger=LONG)
    assert not follow.is_reading("")
    for _ in range(3):
        async with follow.listen("", key=ADD.key) as listener:
            announce(home, ADD)
            assert await listener.next(LONG) is not None
        assert follow.is_reading("")
    await follow.close()

    assert asked == 1


async def test_feed_that_cannot_be_reached_is_said_so(home: Installation, follow: Follow) -> None:
    home.store.switch.turn_off(StoreUnavailable("away"))

    with pytest.raises(StoreUnavailable):
        async with follow.listen("", key=ADD.key):
            pass

    assert follow.namespaces == frozenset()


async def test_feed_that_comes_back_is_listened_to(home: Installation, follow: Follow) -> None:
    home.store.switch.turn_off(StoreUnavailable("away"))
    with pytest.raises(StoreUnavailable):
        async with follow.listen("", key=ADD.key):
            pass
    home.store.switch.turn_on()

    async with follow.listen("", key=ADD.key) as listener:
        announce(home, ADD)

        assert await listener.next(LONG) is not None


@pytest.mark.parametrize("error", [StoreUnavailable("away"), ZeroDivisionError("a bug")])
async def test_reader_survives_a_failure_and_misses_nothing(
    home: Installation, feed: CountingFeed, follow: Follow, error: Exception
) -> None:
    feed.failures = [error]
    async with follow.listen("", key=ADD.key) as listener:
        announce(home, ADD)

        assert await listener.next(LONG) is None, "look for yourself"
        event = await listener.next(LONG)

    assert event is not None
    assert event.address == ADD


async def test_outage_is_logged_once(
    home: Installation, feed: CountingFeed, follow: Follow, caplog: pytest.LogCaptureFixture
) -> None:
    feed.failures = [StoreUnavailable("away"), StoreUnavailable("still away")]
    async with follow.listen("", key=ADD.key) as listener:
        with caplog.at_level(logging.WARNING):
            for _ in range(2):
                assert await listener.next(LONG) is None
            announce(home, ADD)
            assert await listener.next(LONG) is not None

            feed.failures = [ZeroDivisionError("a bug")]
            announce(home, ADD)
            while await listener.next(LONG) is not None:
                pass

    told = [(entry.getMessage(), bool(entry.exc_info)) for entry in caplog.records]
    assert told == [
        ("event feed interrupted: away", False),
        ("event feed interrupted: a bug", True),
    ]


async def test_close_ends_every_listener(home: Installation, follow: Follow) -> None:
    async with follow.listen("", key=ADD.key) as one, follow.listen("", function="add") as other:
        waiting = asyncio.create_task(one.next(LONG))
        await asyncio.sleep(0)

        await follow.close()

        assert await waiting is None
        assert one.has_ended
        assert await other.next(LONG) is None
        assert other.has_ended


async def test_nothing_is_known_of_tasks_where_nobody_listens(follow: Follow) -> None:
    assert not follow.is_open("", "add_1")


async def test_nothing_to_close_is_no_fault(follow: Follow) -> None:
    await follow.close()


async def test_close_while_the_feed_is_first_asked_stops_all(home: Installation) -> None:
    class SlowFeed(MemoryEventFeed):
        async def latest(self, namespace: str) -> str:
            await asyncio.sleep(10)
            return await super().latest(namespace)

    follow = Follow(feed=SlowFeed(home.store))

    async def listen() -> None:
        async with follow.listen("", key=ADD.key):
            pass

    waiting = asyncio.create_task(listen())
    await asyncio.sleep(0)
    await follow.close()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert follow.namespaces == frozenset()


async def test_backlog_is_what_was_announced_since(home: Installation, follow: Follow) -> None:
    announce(home, ADD)
    position = await home.feed.latest("")
    announce(home, SUB)
    announce(home, OTHER)

    batches = [batch async for batch in follow.backlog("", position)]

    assert [event.address for batch in batches for event in batch] == [SUB, OTHER]


async def test_backlog_after_a_position_is_what_was_announced_after_asking_for_it(
    home: Installation, follow: Follow
) -> None:
    announce(home, OTHER)
    position = await follow.position("")
    announce(home, ADD)
    [events] = [events async for events in follow.backlog("", position)]
    assert [event.address for event in events] == [ADD]


async def test_long_backlog_comes_in_batches(home: Installation, follow: Follow) -> None:
    position = await home.feed.latest("")
    for _ in range(BATCH + 1):
        announce(home, ADD)

    batches = [batch async for batch in follow.backlog("", position)]

    assert [len(batch) for batch in batches] == [BATCH, 1]


async def test_backlog_after_no_position_is_refused(follow: Follow) -> None:
    with pytest.raises(InvalidQuery):
        async for _ in follow.backlog("", "yesterday"):
            pass
