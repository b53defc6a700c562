"""Announcements in memory: bounded, and heard in other threads' event loops."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import Final

from ...domain.event import Event, EventKind
from ...domain.result import Status
from ...domain.result_key import Address

CAPACITY: Final = 10_000
"""Events kept of one namespace: a few MB at most, and more than a client misses in a reconnect."""

_Waiter = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class EventLog:
    """The streams of all namespaces; positions count from 1 in each, without gaps."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._lock = Lock()
        self._streams: dict[str, deque[Event]] = defaultdict(lambda: deque(maxlen=capacity))
        self._last: dict[str, int] = defaultdict(int)
        self._waiters: dict[str, set[_Waiter]] = defaultdict(set)

    def append(self, address: Address, kind: EventKind, status: Status, attempt: int) -> None:
        """Announce, and wake everybody who waits for the namespace."""
        namespace = address.namespace
        with self._lock:
            self._last[namespace] += 1
            position = f"{self._last[namespace]:016d}"
            self._streams[namespace].append(Event(position, address, kind, status, attempt))
            waiters = list(self._waiters[namespace])
        for loop, wake in waiters:
            _set(loop, wake)

    def last(self, namespace: str) -> int:
        """Position of the latest event; 0 before the first one."""
        return self._last.get(namespace, 0)

    def since(self, namespace: str, after: int, *, limit: int) -> list[Event]:
        """Up to `limit` events after a position, oldest first."""
        with self._lock:
            stream = self._streams.get(namespace, ())
            before_first = self.last(namespace) - len(stream)
            skip = max(0, after - before_first)
            return list(islice(stream, skip, skip + limit))

    def trim(self, namespace: str) -> None:
        """Forget all but the latest event."""
        with self._lock:
            stream = self._streams[namespace]
            while len(stream) > 1:
                stream.popleft()

    @contextmanager
    def listening(self, namespace: str) -> Iterator[asyncio.Event]:
        """An event that is set, in the running loop, by every announcement from here on."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiters[namespace].add(waiter)
        try:
            yield waiter[1]
        finally:
            with self._lock:
                self._waiters[namespace].discard(waiter)


def _set(loop: asyncio.AbstractEventLoop, wake: asyncio.Event) -> None:
    try:
        loop.call_soon_threadsafe(wake.set)
    except RuntimeError:
        # The loop was closed under its reader: nobody is left to be woken.
        return
