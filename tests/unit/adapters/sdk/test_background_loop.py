"""One loop serves every colour of caller, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import threading

import pytest

from fleeting.adapters.sdk.background_loop import BackgroundLoop


async def thread_name() -> str:
    return threading.current_thread().name


def sdk_threads() -> int:
    return sum(thread.name == "fleeting-sdk" for thread in threading.enumerate())


def test_nothing_starts_before_the_first_call() -> None:
    before = sdk_threads()
    BackgroundLoop()

    assert sdk_threads() == before


def test_plain_code_gets_the_value() -> None:
    loop = BackgroundLoop()

    assert loop.run(thread_name()) == "fleeting-sdk"
    loop.close()


async def test_a_blocking_call_inside_a_running_loop_does_not_deadlock() -> None:
    loop = BackgroundLoop()

    assert loop.run(thread_name()) == "fleeting-sdk"
    loop.close()


async def test_an_awaited_call_leaves_the_callers_loop_free() -> None:
    loop, gate = BackgroundLoop(), threading.Event()

    async def wait() -> str:
        await asyncio.to_thread(gate.wait, 30)
        return "done"

    waiting = asyncio.create_task(loop.awaited(wait()))
    await asyncio.sleep(0)
    gate.set()

    assert await waiting == "done"
    loop.close()


async def test_cancelling_the_caller_cancels_the_call() -> None:
    loop, started, ended = BackgroundLoop(), threading.Event(), threading.Event()

    async def wait() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    waiting = asyncio.create_task(loop.awaited(wait()))
    assert await asyncio.to_thread(started.wait, 30)
    waiting.cancel()

    assert await asyncio.to_thread(ended.wait, 30)
    loop.close()


def test_errors_come_through() -> None:
    async def fail() -> None:
        raise LookupError("x")

    loop = BackgroundLoop()
    with pytest.raises(LookupError):
        loop.run(fail())
    loop.close()


def test_closing_cancels_what_still_runs() -> None:
    loop, ended = BackgroundLoop(), threading.Event()

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    loop.start(wait())
    loop.run(asyncio.sleep(0))
    loop.close()

    assert ended.is_set()


def test_a_closed_loop_says_so() -> None:
    loop = BackgroundLoop()
    loop.close()
    loop.close()

    with pytest.raises(RuntimeError, match="closed"):
        loop.run(asyncio.sleep(0))


def test_a_forgotten_loop_ends_its_thread() -> None:
    before = sdk_threads()
    loop = BackgroundLoop()
    loop.run(asyncio.sleep(0))
    del loop
    gc.collect()

    assert sdk_threads() == before


def test_a_blocking_call_on_its_own_loop_is_refused_instead_of_hanging() -> None:
    loop = BackgroundLoop()

    async def inside() -> None:
        loop.run(asyncio.sleep(0))

    with pytest.raises(RuntimeError, match="never end"):
        loop.run(inside())
    loop.close()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_is_told_to_make_its_own() -> None:
    loop = BackgroundLoop()
    loop.run(asyncio.sleep(0))
    said = multiprocessing.get_context("fork").SimpleQueue()

    def child() -> None:
        try:
            loop.run(asyncio.sleep(0))
        except RuntimeError as exc:
            said.put(str(exc))

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(30)

    assert "make a client in each process" in said.get()
    loop.close()
