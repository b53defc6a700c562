from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta

import pytest

from fleeting.adapters.memory.result_store import MemoryResultReader
from fleeting.domain.change import Hold, Note
from fleeting.domain.errors import MalformedKey, ResultGone
from fleeting.domain.result import Progress
from fleeting.domain.result_key import Address
from fleeting.domain.sighting import Sighting
from fleeting.domain.task import Task
from fleeting.ports.result_store import StoredResult
from fleeting.usecases.retrieve import MetricRetriever
from fleeting.usecases.watch import TaskUpdate

from .make import Installation, a_report
from .test_execute import begin

LONG = timedelta(seconds=20)
MOMENT = timedelta(milliseconds=1)


class CountingReader(MemoryResultReader):
    """Counts looks at single tasks, which take a turn of the loop as over a network."""

    reads = 0

    async def read(self, address: Address) -> StoredResult | None:
        self.reads += 1
        await asyncio.sleep(0)
        return await super().read(address)


@pytest.fixture
def home() -> Installation:
    return Installation()


@asynccontextmanager
async def watching(
    home: Installation, key: str, *, seen: str = "new.0.0", idle: timedelta = LONG
) -> AsyncIterator[AsyncIterator[TaskUpdate | None]]:
    updates = home.retriever.watch("", key, seen=Sighting.parse(seen), idle=idle)
    async with aclosing(updates) as stream:
        yield stream


def said(update: TaskUpdate | None) -> tuple[str, str]:
    assert update is not None
    output = update.piece.output
    return update.piece.kind, output.text if output else str(update.piece.seen)


def say(home: Installation, task: Task, text: str, start: int = 0) -> None:
    hold = Hold(Address("", task.key), "running:1")
    note = Note(hold=hold, progress=Progress(done=start), output=text, output_start=start)
    home.worker.writer.report([note])


async def test_a_task_is_followed_to_its_end(home: Installation) -> None:
    home.worker.runner.will(a_report(value=b"3", output="one\ntwo\n"))
    task = await home.submitted()

    async with watching(home, task.key) as stream:
        assert said(await anext(stream)) == ("status", "queued.0.0")
        home.worker.execute(task)
        rest = [said(update) async for update in stream if update]

    assert rest == [("output", "one\ntwo\n"), ("result", "succeeded.1.8")]


async def test_lines_come_while_the_task_runs(home: Installation) -> None:
    task = await home.submitted()
    begin(home, task)

    async with watching(home, task.key, seen="running.1.0") as stream:
        assert await anext(stream) is None
        say(home, task, "one\n")
        assert said(await anext(stream)) == ("output", "one\n")
        assert said(await anext(stream)) == ("progress", "running.1.4")
        say(home, task, "one\ntwo\n")
        assert said(await anext(stream)) == ("output", "two\n")


async def test_a_task_that_has_ended_gives_its_result_at_once(home: Installation) -> None:
    address = await home.ran()

    async with watching(home, address.key) as stream:
        updates = [update async for update in stream]

    assert [said(update) for update in updates] == [("result", "succeeded.1.0")]
    assert updates[0] is not None
    assert updates[0].result.value == b"3"
    assert not home.follow.namespaces


async def test_a_silent_task_gives_a_sign_of_life(home: Installation) -> None:
    task = await home.submitted()

    async with watching(home, task.key, seen="queued.0.0", idle=MOMENT) as stream:
        assert [await anext(stream) for _ in range(3)] == [None, None, None]


async def test_what_is_not_there_is_refused_like_any_result(home: Installation) -> None:
    for key, error in (("add_1767225600000_00000000000000ff", ResultGone), ("add", MalformedKey)):
        async with watching(home, key) as stream:
            with pytest.raises(error):
                await anext(stream)


async def test_a_stream_ends_with_the_process(home: Installation) -> None:
    task = await home.submitted()

    async with watching(home, task.key) as stream:
        await anext(stream)
        await home.follow.close()

        assert [update async for update in stream] == []


async def test_all_who_follow_a_task_share_each_look(home: Installation) -> None:
    task = await home.submitted()
    begin(home, task)
    reader = CountingReader(home.store)
    home.retriever = MetricRetriever(
        reader=reader, follow=home.follow, clock=home.clock, limits=home.limits
    )

    async with AsyncExitStack() as opened:
        streams = [
            await opened.enter_async_context(watching(home, task.key, seen="running.1.0"))
            for _ in range(50)
        ]
        assert await asyncio.gather(*map(anext, streams)) == [None] * 50
        before = reader.reads
        say(home, task, "one\n")

        pieces = await asyncio.gather(*map(anext, streams))

        assert {said(piece) for piece in pieces} == {("output", "one\n")}
        assert reader.reads - before == 1


async def test_all_who_follow_a_function_share_each_look(home: Installation) -> None:
    reader = CountingReader(home.store)
    retriever = MetricRetriever(
        reader=reader, follow=home.follow, clock=home.clock, limits=home.limits
    )

    async with AsyncExitStack() as opened:
        streams = [retriever.stream("", "add", after=None, idle=LONG) for _ in range(50)]
        for stream in streams:
            await opened.enter_async_context(aclosing(stream))
            assert await anext(stream) is None
        await home.ran()

        updates = await asyncio.gather(*map(anext, streams))

    assert {update.result.value for update in updates if update} == {b"3"}
    assert reader.reads == 1
