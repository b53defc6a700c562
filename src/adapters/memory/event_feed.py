"""`EventFeed` in memory."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from ...domain.errors import InvalidQuery
from ...domain.event import Event
from .store import MemoryStore

_POSITION: Final = re.compile(r"[0-9]{16}")


class MemoryEventFeed:
    """Reads what the store announces; waits in the caller's event loop."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def latest(self, namespace: str) -> str:
        self._store.switch.check()
        return f"{self._store.events.last(namespace):016d}"

    async def read(
        self, namespace: str, after: str, *, wait: timedelta, limit: int
    ) -> Sequence[Event]:
        self._store.switch.check()
        position, log = _position(after), self._store.events
        # Listen first, then look: what is announced in between is heard.
        with log.listening(namespace) as wake:
            events = log.since(namespace, position, limit=limit)
            if events or wait <= timedelta(0):
                return events
            try:
                await asyncio.wait_for(wake.wait(), wait.total_seconds())
            except TimeoutError:
                return []
        self._store.switch.check()
        return log.since(namespace, position, limit=limit)


def _position(text: str) -> int:
    if _POSITION.fullmatch(text) is None:
        raise InvalidQuery("after is no position of this feed: use the id of an event that it sent")
    return int(text)
