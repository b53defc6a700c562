"""Updates of a function or a task, for `for` and for `async for` alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from .background_loop import BackgroundLoop

T = TypeVar("T")


class Stream(Iterator[T], AsyncIterator[T], Generic[T]):
    """Of one task it ends with the task; of a function not by itself: leave the loop, and close it.

    It listens from when it is opened: by `Surface.stream`, `Handle.follow` or `async with`, or by
    the first update that is asked for.
    """

    def __init__(self, updates: AsyncGenerator[T | None, None], *, loop: BackgroundLoop) -> None:
        self._updates = updates
        self._loop = loop
        self._is_open = False
        self._is_closed = False
        self._pending: asyncio.Task[object] | None = None
        self._first: T | None = None

    def open(self) -> Self:
        """Return once it listens: whatever happens after that comes.

        Raises:
            FleetingError: the platform does not let it.
        """
        self._loop.run(self._open())
        return self

    def close(self) -> None:
        """Stop listening; from another thread too, where it ends the loop over the updates."""
        self._loop.run(self._close())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        update = self._loop.run(self._next())
        if update is None:
            raise StopIteration
        return update

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        update = await self._loop.awaited(self._next())
        if update is None:
            raise StopAsyncIteration
        return update

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        await self._loop.awaited(self._open())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._loop.awaited(self._close())

    async def _open(self) -> None:
        if not self._is_open:
            self._is_open = True
            self._first = await anext(self._updates, None)

    async def _next(self) -> T | None:
        self._pending = asyncio.current_task()
        try:
            return await self._wait()
        except asyncio.CancelledError:
            if not self._is_closed:
                raise
            return None
        finally:
            self._pending = None

    async def _wait(self) -> T | None:
        await self._open()
        first, self._first = self._first, None
        if first is not None:
            return first
        async for update in self._updates:
            if update is not None:
                return update
        return None

    async def _close(self) -> None:
        self._is_closed = True
        pending = self._pending
        if pending is not None:
            # An interrupted wait is on its way out already: let it clean up in peace.
            if not pending.cancelling():
                pending.cancel()
            await asyncio.wait([pending])
        await self._updates.aclose()
