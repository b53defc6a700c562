"""The announcements of one namespace, read once and handed to everybody here who listens."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from datetime import timedelta
from typing import Final

from ..domain.errors import PortError
from ..domain.event import Event
from ..ports.event_feed import EventFeed
from .recent import Recent

_log: Final = logging.getLogger(__name__)

_WAIT: Final = timedelta(seconds=3)
"""How long one read of the feed blocks: below the usual socket time limits, and next to nothing
for an idle process."""

BATCH: Final = 1000
"""Events taken at once."""

LINGER: Final = timedelta(seconds=5)
"""How long a feed is read on for nobody: who waits for one task after the other need not begin
anew each time, which takes two round trips."""

PAUSE: Final = timedelta(milliseconds=500)
"""Before a feed that failed is asked again."""

BACKLOG: Final = 10_000
"""Events that may wait for one slow listener before it is cut off: a few MB."""

Topic = tuple[str | None, str | None]
"""The key and the function whose events are to be heard; None: of any."""


class Listener:
    """Receives events until it is cut off, which it is with more than `backlog` of them unheard."""

    def __init__(self, backlog: int = BACKLOG) -> None:
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue(backlog)
        self._is_cut_off = False

    @property
    def has_ended(self) -> bool:
        """Whether nothing will come any more: it fell too far behind, or the process is closing."""
        return self._is_cut_off and self._queue.empty()

    def offer(self, event: Event | None) -> None:
        """Take an event; None says that the feed failed for a moment."""
        if self._queue.full():
            self._is_cut_off = True
        if not self._is_cut_off:
            self._queue.put_nowait(event)

    def cut_off(self) -> None:
        """Say that nothing will come any more."""
        self.offer(None)
        self._is_cut_off = True

    def skip(self) -> None:
        """Forget what is waiting: the caller is about to look for itself."""
        while not self._queue.empty():
            self._queue.get_nowait()

    async def next(self, wait: timedelta) -> Event | None:
        """The next event; None after `wait`, when the feed failed, and at once after the end."""
        if self.has_ended:
            return None
        try:
            async with asyncio.timeout(wait.total_seconds()):
                return await self._queue.get()
        except TimeoutError:
            return None


class Channel:
    """The one reader of a namespace; it stops some time after the last listener has gone."""

    def __init__(
        self, feed: EventFeed, namespace: str, *, pause: timedelta, linger: timedelta = LINGER
    ) -> None:
        self._feed = feed
        self._namespace = namespace
        self._pause = pause
        self._linger = linger.total_seconds()
        self._alone_since = 0.0
        self._listeners: dict[Topic, set[Listener]] = defaultdict(set)
        self._recent = Recent()
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    @property
    def is_idle(self) -> bool:
        """Whether nobody listens and nothing is read."""
        return not self._listeners and not self.is_reading

    async def add(self, topic: Topic, listener: Listener) -> None:
        """Have `listener` hear what is announced on `topic` from before this returns.

        Raises:
            PortError: the feed does not answer; nothing was added.
        """
        self._listeners[topic].add(listener)
        try:
            async with self._starting:
                await self._start_reading()
        except BaseException:
            self.remove(topic, listener)
            raise

    def remove(self, topic: Topic, listener: Listener) -> None:
        """Have `listener` hear nothing more; one that was not added is left alone."""
        self._listeners[topic].discard(listener)
        if not self._listeners[topic]:
            del self._listeners[topic]
        if not self._listeners:
            self._alone_since = _now()

    async def close(self) -> None:
        """Cut off all listeners and stop reading."""
        for listener in self._all():
            listener.cut_off()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    @property
    def is_reading(self) -> bool:
        """Whether whoever is added hears what comes without waiting for the feed to be asked."""
        return self._reader is not None and not self._reader.done()

    def is_open(self, key: str) -> bool:
        """Whether the task is open for all that was announced, and its end will be heard."""
        return self.is_reading and self._recent.is_open(key, _now())

    async def _start_reading(self) -> None:
        if not self.is_reading:
            self._recent.forget()
            position = await self._feed.latest(self._namespace)
            self._reader = asyncio.create_task(self._read(position))

    async def _read(self, position: str) -> None:
        has_failed = False
        while self._listeners or self._lingers():
            try:
                events = await self._feed.read(self._namespace, position, wait=_WAIT, limit=BATCH)
            except Exception as exc:  # noqa: BLE001 - without its reader everybody waits in vain
                if not has_failed:
                    _log.warning(
                        "event feed interrupted: %s", exc, exc_info=not isinstance(exc, PortError)
                    )
                has_failed = True
                self._recent.forget()
                self._tell_all_to_look()
                await asyncio.sleep(self._pause.total_seconds())
                continue
            has_failed = False
            for event in events:
                position = event.id
                self._hand_out(event)

    def _lingers(self) -> bool:
        return _now() < self._alone_since + self._linger

    def _hand_out(self, event: Event) -> None:
        self._recent.note(event, _now())
        key, function = event.address.key, event.address.function
        for topic in ((key, None), (None, function)):
            for listener in self._listeners.get(topic, ()):
                listener.offer(event)

    def _tell_all_to_look(self) -> None:
        for listener in self._all():
            listener.offer(None)

    def _all(self) -> list[Listener]:
        return [listener for listeners in self._listeners.values() for listener in listeners]


def _now() -> float:
    """Seconds, by the clock of the running event loop."""
    return asyncio.get_running_loop().time()
