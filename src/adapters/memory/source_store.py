"""`SourceWriter` and `SourceReader` in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from .clock import wall_time
from .switch import Switch


class MemorySources:
    """Module texts as bytes, each with the end of its life."""

    def __init__(self, now: Callable[[], datetime] = wall_time) -> None:
        self.switch = Switch()
        self._now = now
        self._lock = Lock()
        self._texts: dict[str, tuple[bytes, datetime]] = {}

    def put(self, digest: str, source: str, keep: timedelta) -> None:
        """Keep a text; one that would live longer anyway does."""
        self.switch.check()
        now = self._now()
        with self._lock:
            self._texts = {d: kept for d, kept in self._texts.items() if kept[1] > now}
            _, known = self._texts.get(digest, (b"", now))
            self._texts[digest] = (source.encode(), max(known, now + keep))

    def get(self, digest: str) -> str | None:
        """The text, while it lives."""
        self.switch.check()
        text, expires = self._texts.get(digest, (b"", self._now()))
        return text.decode() if expires > self._now() else None


class MemorySourceWriter:
    """The API's half."""

    def __init__(self, sources: MemorySources) -> None:
        self._sources = sources

    async def put(self, digest: str, source: str, *, keep: timedelta) -> None:
        self._sources.put(digest, source, keep)

    async def get(self, digest: str) -> str | None:
        return self._sources.get(digest)


class MemorySourceReader:
    """The worker's half."""

    def __init__(self, sources: MemorySources) -> None:
        self._sources = sources

    def get(self, digest: str) -> str | None:
        return self._sources.get(digest)
