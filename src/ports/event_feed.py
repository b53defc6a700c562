"""The announcements of a namespace, in the order they were made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from ..domain.event import Event


class EventFeed(Protocol):
    """A bounded stream of events: old ones are forgotten.

    Raises (every method):
        StoreUnavailable: the feed cannot be reached.
        StoreDenied: the feed refuses the credentials or the command.
    """

    async def latest(self, namespace: str) -> str:
        """The position after everything announced so far; never empty, also of a silent feed."""
        ...

    async def read(
        self, namespace: str, after: str, *, wait: timedelta, limit: int
    ) -> Sequence[Event]:
        """Up to `limit` events after a position, oldest first.

        Waits up to `wait` for the first one; an empty answer means that none came. Positions
        before the oldest event kept read from that event on.

        Raises:
            InvalidQuery: `after` is no position of this feed.
        """
        ...
