"""Readings that many requests need and that may be a little old: taken once for all of them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, Generic, TypeVar

from ..domain.errors import PortError
from ..ports.clock import Clock

T = TypeVar("T")

_log: Final = logging.getLogger(__name__)

EVERY: Final = timedelta(seconds=1)
"""Between two readings: a round trip a second is nothing to an API that makes thousands."""


class Glance(Generic[T]):
    """The latest reading, taken anew when somebody asks and the last one is a second old.

    Whoever finds it old waits for the next one; others meanwhile get what there is. Where the
    reading fails, what was known stays: a submission does not fail over what only guards it.

    Args:
        read: takes a reading.
        unknown: what counts before the first.
        clock: tells how old one is.
        what: names it in the log.
    """

    def __init__(
        self, read: Callable[[], Awaitable[T]], unknown: T, *, clock: Clock, what: str
    ) -> None:
        self._read = read
        self._latest = unknown
        self._clock = clock
        self._what = what
        self._begun: timedelta | None = None

    async def __call__(self) -> T:
        """The reading, at most about a second old."""
        now = self._clock.elapsed()
        if self._begun is None or now - self._begun >= EVERY:
            self._begun = now
            try:
                self._latest = await self._read()
            except PortError as exc:
                _log.warning("%s cannot be read: %s", self._what, exc)
        return self._latest
