from __future__ import annotations

import asyncio
from datetime import timedelta

from fleeting.domain.event import Event
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address
from fleeting.usecases.channel import Listener

LONG = timedelta(seconds=10)
MOMENT = timedelta(milliseconds=1)


def an_event(number: int = 1) -> Event:
    return Event(f"{number:016d}", Address("", "add_1"), "status", Status.SUCCEEDED, 1)


async def test_listener_hears_events_in_order() -> None:
    listener = Listener()
    for number in (1, 2, 3):
        listener.offer(an_event(number))

    assert [await listener.next(LONG) for _ in range(3)] == [an_event(n) for n in (1, 2, 3)]


async def test_listener_hears_an_event_while_it_waits() -> None:
    listener = Listener()
    waiting = asyncio.create_task(listener.next(LONG))
    await asyncio.sleep(0)

    listener.offer(an_event())

    assert await waiting == an_event()


async def test_nothing_is_heard_where_nothing_is_said() -> None:
    listener = Listener()

    assert await listener.next(MOMENT) is None
    assert not listener.has_ended


async def test_what_is_there_is_heard_without_waiting() -> None:
    listener = Listener()
    listener.offer(an_event())

    assert await listener.next(timedelta(0)) == an_event()


async def test_listener_that_falls_behind_hears_what_it_kept_and_then_no_more() -> None:
    listener = Listener(backlog=2)
    for number in (1, 2, 3):
        listener.offer(an_event(number))

    heard = [await listener.next(LONG), await listener.next(LONG)]
    listener.offer(an_event(4))

    assert heard == [an_event(1), an_event(2)]
    assert listener.has_ended
    assert await listener.next(LONG) is None


async def test_listener_that_keeps_up_is_not_cut_off() -> None:
    listener = Listener(backlog=1)

    for number in (1, 2, 3):
        listener.offer(an_event(number))
        assert await listener.next(LONG) == an_event(number)
        assert not listener.has_ended


async def test_end_comes_after_what_was_said_before() -> None:
    listener = Listener()
    listener.offer(an_event())
    listener.cut_off()

    assert await listener.next(LONG) == an_event()
    assert await listener.next(LONG) is None
    assert listener.has_ended


async def test_listener_that_waits_is_told_of_the_end() -> None:
    listener = Listener()
    waiting = asyncio.create_task(listener.next(LONG))
    await asyncio.sleep(0)

    listener.cut_off()

    assert await waiting is None
    assert listener.has_ended


async def test_listener_is_told_to_look_when_the_feed_failed() -> None:
    listener = Listener()

    listener.offer(None)

    assert await listener.next(LONG) is None
    assert not listener.has_ended
