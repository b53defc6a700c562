"""Blocking work for asynchronous callers, done by one thread for as many of them as there are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_MOST: Final = 1_000
"""Items that are taken together: more would keep the first callers waiting for the last."""


@dataclass(slots=True, eq=False)
class _Order(Generic[T]):
    items: Sequence[T]
    done: asyncio.Future[None]

    def settle(self, error: BaseException | None) -> None:
        """Tell the caller, who may have stopped waiting, or be gone with his event loop."""
        with suppress(RuntimeError):
            self.done.get_loop().call_soon_threadsafe(self._tell, error)

    def _tell(self, error: BaseException | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class PublishingThread(Generic[T]):
    """Hands what callers bring to a blocking function; what came meanwhile goes together.

    One hop to a thread and back costs as much as publishing a dozen messages, and so does a round
    trip: under load both are shared. The thread starts with the first call.
    """

    def __init__(self, publish: Callable[[Sequence[T]], None], *, name: str) -> None:
        self._publish = publish
        self._name = name
        self._orders: SimpleQueue[_Order[T] | None] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    async def __call__(self, items: Sequence[T]) -> None:
        """Return once `items` are published; raises what `publish` raised.

        No items are published too: a call to see whether that works.
        """
        order = _Order(items, asyncio.get_running_loop().create_future())
        self._orders.put(order)
        self._start()
        await order.done

    def stop(self) -> None:
        """End the thread once it has done what was ordered; the next call starts another."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._orders.put(None)
        if thread is not None:
            thread.join()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            orders, is_last = self._with_followers(order)
            error: BaseException | None = None
            try:
                self._publish([item for one in orders for item in one.items])
            except Exception as exc:  # noqa: BLE001 - whatever it is, it is the callers'
                error = exc
            for one in orders:
                one.settle(error)
            if is_last:
                return

    def _with_followers(self, first: _Order[T]) -> tuple[list[_Order[T]], bool]:
        """All orders that are there, and whether the end has been ordered after them."""
        orders, count = [first], len(first.items)
        while count < _MOST:
            try:
                following = self._orders.get_nowait()
            except Empty:
                break
            if following is None:
                return orders, True
            orders.append(following)
            count += len(following.items)
        return orders, False
