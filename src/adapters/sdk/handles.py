"""Many submitted tasks in the hands of their caller."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, Final, overload

from ...domain.errors import ResultNotReady
from ...domain.result import Progress
from .background_loop import BackgroundLoop
from .handle import Handle, value_of
from .task_result import TaskResult
from .task_wait import TaskWait

_AT_ONCE: Final = 16
"""Results waited for at the same time: hides the round trips, and leaves connections for others."""


class Handles(Sequence[Handle]):
    """The tasks of one `map` or `submit_many`, in the order in which they were asked for."""

    def __init__(
        self, handles: Sequence[Handle], waits: Sequence[TaskWait], *, loop: BackgroundLoop
    ) -> None:
        self._handles = handles
        self._waits = waits
        self._loop = loop
        self._ended: list[Future[TaskResult]] = []

    @property
    def keys(self) -> list[str]:
        """Keys of the tasks."""
        return [handle.key for handle in self._handles]

    def results(self, timeout: float | None = None) -> Iterator[Any]:
        """The values in order, each as soon as it and all before it are there.

        Args:
            timeout: seconds for all of them together; None: until every task has ended.

        Raises:
            TaskFailed: the task whose turn it is ended without a value; iterate over the handles
                themselves to go on beside failures.
            ResultNotReady: the time is over.
            PortError: the platform does not answer.
        """
        until = None if timeout is None else time.monotonic() + timeout
        for handle, future in zip(self._handles, self._start(), strict=True):
            left = None if until is None else max(until - time.monotonic(), 0)
            try:
                ended = future.result(left)
            except TimeoutError:
                raise ResultNotReady(f"{handle.key} is not ready after {timeout:g} s") from None
            yield value_of(ended)

    def progress(self) -> Progress:
        """How many of the tasks have ended; the first call begins to wait for them."""
        futures = self._start()
        return Progress(done=sum(future.done() for future in futures), total=len(futures))

    def cancel(self) -> int:
        """End the tasks that are still open; returns how many those were."""
        return sum(handle.cancel() for handle in self._handles)

    def __await__(self) -> Generator[Any, None, list[Any]]:
        return self._values().__await__()

    async def __aiter__(self) -> AsyncIterator[Any]:
        for future in self._start():
            yield value_of(await asyncio.shield(asyncio.wrap_future(future)))

    @overload
    def __getitem__(self, index: int) -> Handle: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Handle]: ...
    def __getitem__(self, index: int | slice) -> Handle | Sequence[Handle]:
        return self._handles[index]

    def __len__(self) -> int:
        return len(self._handles)

    def __repr__(self) -> str:
        return f"<Handles of {len(self)} tasks>"

    async def _values(self) -> list[Any]:
        return [value async for value in self]

    def _start(self) -> Sequence[Future[TaskResult]]:
        """Wait for every task in the background, a few at a time, from the first to the last."""
        if not self._ended:
            turns = asyncio.Semaphore(_AT_ONCE)
            self._ended = [self._loop.start(_in_turn(wait, turns)) for wait in self._waits]
        return self._ended


async def _in_turn(wait: TaskWait, turns: asyncio.Semaphore) -> TaskResult:
    async with turns:
        return await wait.ended()
