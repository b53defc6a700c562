"""Hear of changes without asking: one reader per namespace, any number of listeners."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from ..domain.errors import PortError
from ..domain.event import Event
from ..ports.event_feed import EventFeed

_log: Final = logging.getLogger(__name__)

_WAIT: Final = timedelta(seconds=3)
"""How long one read of the feed blocks: below the usual socket time limits, and next to nothing
for an idle process."""

_BATCH: Final = 1000
"""Events taken at once."""

_PAUSE: Final = 0.5
"""Seconds before a feed that failed is asked again."""

_BACKLOG: Final = 10_000
"""Events that may wait for one slow listener before it is cut off (None in its queue)."""


class Listener:
    """Receives the events of one namespace, or only those of one key or one function."""

    def __init__(self, *, key: str | None, function: str | None) -> None:
        self._key = key
        self._function = function
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()

    def offer(self, event: Event | None) -> None:
        """Take an event, if it is one to hear; None says that the feed failed for a moment."""
        if event is not None and not self._wants(event):
            return
        if self._queue.qsize() < _BACKLOG:
            self._queue.put_nowait(event)

    async def next(self, wait: float | None) -> Event | None:
        """The next event; None after `wait` seconds, and when events may have been missed."""
        try:
            return await asyncio.wait_for(self._queue.get(), wait)
        except TimeoutError:
            return None

    def _wants(self, event: Event) -> bool:
        if self._key is not None and event.address.key != self._key:
            return False
        return self._function is None or event.address.function == self._function


class Follow:
    """Follows the feeds that somebody listens to, with one blocking read for each."""

    def __init__(self, *, feed: EventFeed) -> None:
        self._feed = feed
        self._channels: dict[str, _Channel] = {}

    @asynccontextmanager
    async def listen(
        self, namespace: str, *, key: str | None = None, function: str | None = None
    ) -> AsyncIterator[Listener]:
        """Hear everything announced in `namespace` from before this block begins.

        So a caller that looks at the store inside the block misses nothing.

        Raises:
            PortError: the feed does not answer.
        """
        channel = self._channels.setdefault(namespace, _Channel(self._feed, namespace))
        listener = Listener(key=key, function=function)
        await channel.add(listener)
        try:
            yield listener
        finally:
            channel.remove(listener)

    async def backlog(self, namespace: str, after: str) -> AsyncIterator[Sequence[Event]]:
        """What was announced after a position, up to the present, in batches.

        Raises:
            InvalidQuery: `after` is no position.
            PortError: the feed does not answer.
        """
        while events := await self._feed.read(namespace, after, wait=timedelta(0), limit=_BATCH):
            yield events
            after = events[-1].id

    async def close(self) -> None:
        """Stop all reading; listeners hear nothing any more."""
        channels, self._channels = list(self._channels.values()), {}
        for channel in channels:
            await channel.close()


class _Channel:
    """The one reader of a namespace; it stops when the last listener has gone."""

    def __init__(self, feed: EventFeed, namespace: str) -> None:
        self._feed = feed
        self._namespace = namespace
        self._listeners: set[Listener] = set()
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def add(self, listener: Listener) -> None:
        self._listeners.add(listener)
        try:
            async with self._starting:
                if self._reader is None or self._reader.done():
                    position = await self._feed.latest(self._namespace)
                    self._reader = asyncio.create_task(self._read(position))
        except BaseException:
            self._listeners.discard(listener)
            raise

    def remove(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    async def close(self) -> None:
        self._listeners.clear()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self, position: str) -> None:
        while self._listeners:
            try:
                events = await self._feed.read(self._namespace, position, wait=_WAIT, limit=_BATCH)
            except PortError as exc:
                _log.warning("event feed interrupted: %s", exc)
                self._offer(None)
                await asyncio.sleep(_PAUSE)
                continue
            for event in events:
                position = event.id
                self._offer(event)

    def _offer(self, event: Event | None) -> None:
        for listener in self._listeners:
            listener.offer(event)
