"""Hear of changes without asking: one reader per namespace, any number of listeners."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from ..domain.event import Event
from ..ports.event_feed import EventFeed
from .channel import BACKLOG, BATCH, LINGER, PAUSE, Channel, Listener


class Follow:
    """Follows the feeds that somebody listens to, with one blocking read for each.

    Args:
        feed: what is followed.
        pause: how long to wait before a feed that failed is asked again.
        backlog: how many events a listener may leave unheard before it is cut off.
        linger: how long a feed is read on after the last listener has gone.
    """

    def __init__(
        self,
        *,
        feed: EventFeed,
        pause: timedelta = PAUSE,
        backlog: int = BACKLOG,
        linger: timedelta = LINGER,
    ) -> None:
        self._feed = feed
        self._pause = pause
        self._linger = linger
        self._backlog = backlog
        self._channels: dict[str, Channel] = {}

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces whose feeds are read at this moment."""
        self._drop_idle()
        return frozenset(self._channels)

    def is_reading(self, namespace: str) -> bool:
        """Whether the feed is read at this moment: then to listen costs nothing."""
        channel = self._channels.get(namespace)
        return channel is not None and channel.is_reading

    def is_open(self, namespace: str, key: str) -> bool:
        """Whether a task is open for all that was announced: who listens will hear its end."""
        channel = self._channels.get(namespace)
        return channel is not None and channel.is_open(key)

    @asynccontextmanager
    async def listen(
        self, namespace: str, *, key: str | None = None, function: str | None = None
    ) -> AsyncIterator[Listener]:
        """Hear what is announced of a key or a function from before this block begins.

        So a caller that looks at the store inside the block misses nothing.

        Raises:
            PortError: the feed does not answer.
        """
        self._drop_idle()
        channel = self._channels.setdefault(namespace, self._channel(namespace))
        listener, topic = Listener(self._backlog), (key, function)
        await channel.add(topic, listener)
        try:
            yield listener
        finally:
            channel.remove(topic, listener)

    async def position(self, namespace: str) -> str:
        """Where the feed stands: what is announced from here on is in `backlog` after it.

        Raises:
            PortError: the feed does not answer.
        """
        return await self._feed.latest(namespace)

    async def backlog(self, namespace: str, after: str) -> AsyncIterator[Sequence[Event]]:
        """What was announced after a position, up to the present, in batches.

        Raises:
            InvalidQuery: `after` is no position.
            PortError: the feed does not answer.
        """
        while events := await self._feed.read(namespace, after, wait=timedelta(0), limit=BATCH):
            yield events
            after = events[-1].id

    async def close(self) -> None:
        """Stop all reading; listeners come to their end."""
        channels, self._channels = list(self._channels.values()), {}
        for channel in channels:
            await channel.close()

    def _channel(self, namespace: str) -> Channel:
        return Channel(self._feed, namespace, pause=self._pause, linger=self._linger)

    def _drop_idle(self) -> None:
        # Namespaces come from requests: those of strangers must not pile up.
        self._channels = {
            name: channel for name, channel in self._channels.items() if not channel.is_idle
        }
