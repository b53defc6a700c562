from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import pytest

from fleeting.domain.change import Hold, Note
from fleeting.domain.errors import InvalidQuery, InvalidTask
from fleeting.domain.result import Progress, Status
from fleeting.domain.result_key import Address
from fleeting.domain.task import Task
from fleeting.usecases.follow import Follow
from fleeting.usecases.updates import Update, Updates

from .make import Installation
from .test_execute import begin

LONG = timedelta(seconds=20)
MOMENT = timedelta(milliseconds=1)

OTHER = "def sub(a, b):\n    return a - b\n"


@pytest.fixture
def home() -> Installation:
    return Installation()


@asynccontextmanager
async def streaming(
    home: Installation, *, after: str | None = None, idle: timedelta = LONG
) -> AsyncIterator[AsyncIterator[Update | None]]:
    """The stream of `add` from the moment on that it listens."""
    async with aclosing(home.retriever.stream("", "add", after=after, idle=idle)) as stream:
        if after is None:
            assert await anext(stream) is None
        yield stream


async def next_update(stream: AsyncIterator[Update | None]) -> Update:
    update = await anext(stream)
    assert update is not None
    return update


def say(home: Installation, task: Task, done: float) -> None:
    """Progress of the running task."""
    hold = Hold(Address("", task.key), "running:1")
    home.worker.writer.report([Note(hold=hold, progress=Progress(done=done), output=None)])


async def test_each_result_comes_as_it_lands(home: Installation) -> None:
    async with streaming(home) as stream:
        task = await home.submitted()
        home.worker.execute(task)

        update = await next_update(stream)

    assert (update.result.record.key, update.result.value) == (task.key, b"3")
    assert update.event.kind == "status"


async def test_results_of_other_functions_do_not_come(home: Installation) -> None:
    async with streaming(home) as stream:
        await home.ran(source=OTHER, function="sub")
        wanted = await home.ran()

        assert (await next_update(stream)).event.address == wanted


async def test_progress_comes_before_the_result(home: Installation) -> None:
    async with streaming(home) as stream:
        task = await home.submitted()
        begin(home, task)
        say(home, task, 1)

        update = await next_update(stream)

    assert update.event.kind == "progress"
    assert update.result.record.progress == Progress(done=1)
    assert update.result.record.status is Status.RUNNING


async def test_progress_that_is_told_of_late_is_left_out(home: Installation) -> None:
    async with streaming(home) as stream:
        task = await home.submitted()
        begin(home, task)
        say(home, task, 1)
        home.worker.serve_for_a_lease()
        home.worker.execute(task)

        update = await next_update(stream)

    assert (update.event.kind, update.event.status) == ("status", Status.SUCCEEDED)


async def test_result_that_has_expired_meanwhile_is_left_out(home: Installation) -> None:
    async with streaming(home) as stream:
        await home.ran()
        home.clock.advance(timedelta(minutes=5))
        later = await home.ran()

        assert (await next_update(stream)).event.address == later


async def test_silence_is_told(home: Installation) -> None:
    async with streaming(home, idle=MOMENT) as stream:
        assert [await anext(stream), await anext(stream)] == [None, None]


async def test_stream_goes_on_where_it_was_left(home: Installation) -> None:
    async with streaming(home) as stream:
        await home.ran()
        seen = (await next_update(stream)).event.id
    missed = [await home.ran(), await home.ran(source=OTHER, function="sub"), await home.ran()]

    async with streaming(home, after=seen) as stream:
        updates = [await next_update(stream), await next_update(stream)]
        assert await anext(stream) is None, "all that was announced before has been said"

        live = await home.ran()
        updates.append(await next_update(stream))

    assert [update.event.address for update in updates] == [missed[0], missed[2], live]


async def test_nothing_comes_twice_where_backlog_and_present_meet(home: Installation) -> None:
    async with streaming(home) as stream:
        await home.ran()
        seen = (await next_update(stream)).event.id
    missed = await home.ran()

    async with streaming(home, after=seen) as stream:
        assert (await next_update(stream)).event.address == missed
        both = await home.ran()
        assert (await next_update(stream)).event.address == both
        live = await home.ran()
        rest = [update async for update in until_silence(stream)]

    assert [update.event.address for update in rest] == [live]


async def until_silence(stream: AsyncIterator[Update | None]) -> AsyncIterator[Update]:
    heard = False
    async for update in stream:
        if update is not None:
            heard = True
            yield update
        elif heard:
            return


async def test_stream_ends_when_the_process_closes(home: Installation) -> None:
    async with streaming(home) as stream:
        waiting = asyncio.ensure_future(anext(stream))
        for _ in range(9):
            await asyncio.sleep(0)

        await home.follow.close()

        assert await waiting is None
        with pytest.raises(StopAsyncIteration):
            await anext(stream)


async def test_reader_that_falls_behind_can_go_on_from_its_last_update(home: Installation) -> None:
    """Its stream ends, and the feed still holds what it missed."""
    follow = Follow(feed=home.feed, backlog=3)
    updates = Updates(reader=home.reader, follow=follow)
    async with aclosing(updates.stream("", "add", after=None, idle=LONG)) as stream:
        await anext(stream)
        addresses = [await home.ran() for _ in range(3)]
        for _ in range(9):
            await asyncio.sleep(0)

        heard = [update async for update in stream if update is not None]

    assert [update.event.address for update in heard] == addresses[:1]
    async with streaming(home, after=heard[-1].event.id) as stream:
        rest = [await next_update(stream), await next_update(stream)]
    assert [update.event.address for update in rest] == addresses[1:]


async def test_function_that_cannot_be_is_refused(home: Installation) -> None:
    with pytest.raises(InvalidTask):
        await anext(home.retriever.stream("", "a-b", after=None, idle=LONG))


async def test_position_that_is_none_is_refused(home: Installation) -> None:
    with pytest.raises(InvalidQuery):
        await anext(home.retriever.stream("", "add", after="yesterday", idle=LONG))
