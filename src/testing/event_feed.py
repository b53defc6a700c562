"""What every `EventFeed` must do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

import pytest

from ..domain.errors import InvalidQuery, StoreDenied, StoreUnavailable
from ..domain.event import Event
from ..ports.event_feed import EventFeed
from .contract import Run, StoreContract, optional
from .given import Given

_NOW: Final = timedelta(0)

_PATIENCE: Final = timedelta(seconds=20)
"""How long a test waits for what must come at once; a slow machine may need some of it."""


class EventFeedContract(StoreContract):
    """The contract of `ports.event_feed.EventFeed`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        feed, writer: the ports `EventFeed` and `ResultWriter`, which announces.
        trim: a `Callable[[str], None]` that makes the feed of a namespace forget all but its
            latest event, as it does by itself when it has grown too long.
        broken: an `EventFeed` whose backend cannot be reached.
        denied (optional): an `EventFeed` whose credentials are refused.
    """

    def test_silent_feed_has_a_position(self, run: Run, feed: EventFeed) -> None:
        """It is not empty, nothing follows it, and it can be read on from."""
        position = run(feed.latest(""))

        assert position
        assert run(feed.read("", position, wait=_NOW, limit=9)) == []

    def test_nothing_announced_before_a_feed_is_lost(
        self, run: Run, feed: EventFeed, given: Given
    ) -> None:
        """The position of a silent feed comes before its first event."""
        position = run(feed.latest(""))
        record = given.queued()

        [event] = run(feed.read("", position, wait=_NOW, limit=9))

        assert event.address == record.address

    def test_latest_is_after_everything_so_far(
        self, run: Run, feed: EventFeed, given: Given
    ) -> None:
        """Who starts there hears only of what comes later."""
        given.queued(1)
        position = run(feed.latest(""))
        assert run(feed.read("", position, wait=_NOW, limit=9)) == []

        later = given.queued(2)

        assert [e.address for e in run(feed.read("", position, wait=_NOW, limit=9))] == [
            later.address
        ]

    def test_events_come_oldest_first(self, run: Run, feed: EventFeed, given: Given) -> None:
        """In the order in which the changes were made, whatever their keys."""
        position = run(feed.latest(""))
        made = [given.queued(number).address for number in (5, 1, 9, 3, 12, 7, 11, 0, 2, 4, 6, 8)]

        events = run(feed.read("", position, wait=_NOW, limit=99))

        assert [event.address for event in events] == made

    def test_every_event_is_a_position(self, run: Run, feed: EventFeed, given: Given) -> None:
        """Reading goes on after any of them, without a gap and without a repetition."""
        position = run(feed.latest(""))
        for number in range(12):
            given.queued(number)
        events = run(feed.read("", position, wait=_NOW, limit=99))

        rests = [run(feed.read("", event.id, wait=_NOW, limit=99)) for event in events]

        assert rests == [events[number + 1 :] for number in range(12)]

    def test_limit_takes_the_oldest(self, run: Run, feed: EventFeed, given: Given) -> None:
        """The rest follows from the last position."""
        position = run(feed.latest(""))
        made = [given.queued(number).address for number in range(5)]

        first = run(feed.read("", position, wait=_NOW, limit=2))
        rest = run(feed.read("", first[-1].id, wait=_NOW, limit=9))

        assert [event.address for event in first] == made[:2]
        assert [event.address for event in rest] == made[2:]

    def test_namespaces_are_apart(self, run: Run, feed: EventFeed, given: Given) -> None:
        """Nobody hears of another tenant's tasks."""
        positions = {name: run(feed.latest(name)) for name in ("", "team-a", "team")}
        record = given.queued(namespace="team-a")

        heard = {
            name: run(feed.read(name, position, wait=_NOW, limit=9))
            for name, position in positions.items()
        }

        assert [event.address for event in heard["team-a"]] == [record.address]
        assert heard[""] == heard["team"] == []

    def test_no_wait_is_no_wait(self, run: Run, feed: EventFeed) -> None:
        """`wait` of zero answers at once."""

        async def read() -> Sequence[Event]:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                return await feed.read("", await feed.latest(""), wait=_NOW, limit=9)

        assert run(read()) == []

    def test_wait_ends_without_an_event(self, run: Run, feed: EventFeed) -> None:
        """The answer is empty, and not given long before its time."""

        async def read() -> tuple[Sequence[Event], float]:
            position, loop = await feed.latest(""), asyncio.get_running_loop()
            begin = loop.time()
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                events = await feed.read("", position, wait=self.tick, limit=9)
            return events, loop.time() - begin

        events, waited = run(read())

        assert events == []
        assert waited >= 0.9 * self.tick.total_seconds()

    def test_wait_ends_with_the_first_event(self, run: Run, feed: EventFeed, given: Given) -> None:
        """An announcement from another thread wakes everybody who waits, each reader alike."""

        async def read() -> list[Sequence[Event]]:
            position = await feed.latest("")
            readers = [
                asyncio.create_task(feed.read("", position, wait=2 * _PATIENCE, limit=9))
                for _ in range(3)
            ]
            # A turn of the loop and a trip to the backend: the readers wait by now.
            await asyncio.sleep(0)
            await feed.latest("")
            assert not any(reader.done() for reader in readers)
            await asyncio.to_thread(given.queued)
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                return await asyncio.gather(*readers)

        answers = run(read())

        assert [[e.address for e in events] for events in answers] == [[given.address()]] * 3

    def test_other_namespaces_do_not_end_a_wait(
        self, run: Run, feed: EventFeed, given: Given
    ) -> None:
        """What does not concern the reader is not an answer."""

        async def read() -> Sequence[Event]:
            waiting = asyncio.create_task(
                feed.read("", await feed.latest(""), wait=self.tick, limit=9)
            )
            await asyncio.to_thread(given.queued, namespace="team-a")
            return await waiting

        assert run(read()) == []

    def test_reader_that_was_cancelled_harms_nobody(
        self, run: Run, feed: EventFeed, given: Given
    ) -> None:
        """Clients go away while they wait; the next one reads as if nothing had been."""

        async def read() -> Sequence[Event]:
            position = await feed.latest("")
            waiting = asyncio.create_task(feed.read("", position, wait=_PATIENCE, limit=9))
            await asyncio.sleep(0)
            await feed.latest("")
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await asyncio.to_thread(given.queued)
            return await feed.read("", position, wait=_PATIENCE, limit=9)

        assert len(run(read())) == 1

    def test_forgotten_positions_read_from_the_oldest_event(
        self, run: Run, feed: EventFeed, given: Given, trim: Callable[[str], None]
    ) -> None:
        """Who was away for too long misses events, but gets no error and goes on."""
        start = run(feed.latest(""))
        given.queued(1)
        [first] = run(feed.read("", start, wait=_NOW, limit=1))
        given.queued(2)
        last = given.queued(3)

        trim("")

        for position in (start, first.id):
            events = run(feed.read("", position, wait=_NOW, limit=9))
            assert [event.address for event in events] == [last.address]

    def test_positions_go_on_after_events_were_forgotten(
        self, run: Run, feed: EventFeed, given: Given, trim: Callable[[str], None]
    ) -> None:
        """A trimmed feed does not count anew."""
        for number in range(3):
            given.queued(number)
        trim("")
        position = run(feed.latest(""))

        later = given.queued(4)

        events = run(feed.read("", position, wait=_NOW, limit=9))
        assert [event.address for event in events] == [later.address]

    @pytest.mark.parametrize("position", ["", "garbage", "-1", "1.5", "add", "$", ">", "1-2-3"])
    def test_what_is_no_position_is_refused(self, run: Run, feed: EventFeed, position: str) -> None:
        """`Last-Event-ID` comes from outside: nonsense is the caller's fault, not the store's."""
        with pytest.raises(InvalidQuery):
            run(feed.read("", position, wait=_NOW, limit=9))

    def test_unreachable_feed_says_so(self, run: Run, broken: EventFeed, feed: EventFeed) -> None:
        """Every method raises StoreUnavailable, and nothing of the vendor's gets through."""
        with pytest.raises(StoreUnavailable):
            run(broken.latest(""))
        position = run(feed.latest(""))
        with pytest.raises(StoreUnavailable):
            run(_read(broken, position))

    def test_refused_credentials_say_so(
        self, run: Run, request: pytest.FixtureRequest, feed: EventFeed
    ) -> None:
        """Every method raises StoreDenied."""
        denied = optional(request, "denied", what="the backend knows credentials")

        with pytest.raises(StoreDenied):
            run(denied.latest(""))
        position = run(feed.latest(""))
        with pytest.raises(StoreDenied):
            run(_read(denied, position))


async def _read(feed: EventFeed, position: str) -> Sequence[Event]:
    return await feed.read("", position, wait=_NOW, limit=1)
