"""An event loop in a thread of its own: what makes one client usable from any colour of code.

Synchronous calls block their caller's thread, never the loop, so they cannot deadlock inside a
running loop; awaited calls leave the caller's loop free.
"""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import Coroutine
from concurrent.futures import Future
from threading import Lock, Thread, current_thread
from typing import Any, Final, TypeVar

T = TypeVar("T")

_GRACE: Final = 5.0
"""Seconds that calls get to end once they are cancelled."""


class BackgroundLoop:
    """Starts its thread on the first call; stops when it is closed, collected, or at exit."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._pid = os.getpid()
        self._stop: weakref.finalize[..., BackgroundLoop] | None = None
        self._is_closed = False

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run `coroutine` to its end and block for it; an interrupt cancels it."""
        if self._thread is current_thread():
            coroutine.close()
            raise RuntimeError("a blocking call inside the client's own loop would never end")
        future = self.start(coroutine)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    async def awaited(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run `coroutine` there and await it here, in any asyncio loop."""
        return await asyncio.wrap_future(self.start(coroutine))

    def start(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin to run `coroutine`.

        Raises:
            RuntimeError: the loop is closed, or belongs to the process before a fork.
        """
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, self._running())
        except BaseException:
            coroutine.close()
            raise

    def close(self) -> None:
        """Cancel what still runs, and end the thread; may be called again."""
        with self._lock:
            self._is_closed = True
            if self._stop is not None:
                self._stop()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("this client is closed: make another one")
            if self._pid != os.getpid():
                raise RuntimeError(
                    "this client was made before the process forked, and its thread did not come "
                    "along: make a client in each process"
                )
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(
                    target=_serve, args=(self._loop,), name="fleeting-sdk", daemon=True
                )
                self._thread.start()
                self._stop = weakref.finalize(self, _shut_down, self._loop, self._thread)
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        loop.run_until_complete(_finish(loop))
    finally:
        loop.close()


async def _finish(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_GRACE)
    await loop.shutdown_asyncgens()


def _shut_down(loop: asyncio.AbstractEventLoop, thread: Thread) -> None:
    # After a fork the thread is not there, so there is nothing to stop in the child.
    if thread.is_alive():
        loop.call_soon_threadsafe(loop.stop)
        # The garbage collector may call this from the loop's own thread.
        if thread is not current_thread():
            thread.join(_GRACE * 2)
