"""Updates of a function, for `for` and for `async for` alike."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from types import TracebackType
from typing import Self

from .background_loop import BackgroundLoop
from .task_result import Update


class Stream(Iterator[Update], AsyncIterator[Update]):
    """Does not end by itself: leave the loop, or close it."""

    def __init__(self, updates: AsyncIterator[Update], *, loop: BackgroundLoop) -> None:
        self._updates = updates
        self._loop = loop

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Update:
        update = self._loop.run(self._next())
        if update is None:
            raise StopIteration
        return update

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Update:
        update = await self._loop.awaited(self._next())
        if update is None:
            raise StopAsyncIteration
        return update

    def close(self) -> None:
        """Stop listening."""
        if isinstance(self._updates, AsyncGenerator):
            self._loop.run(self._updates.aclose())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def _next(self) -> Update | None:
        return await anext(self._updates, None)
