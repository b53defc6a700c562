"""How many messages the consumer may hold: few where calls are long, many where they are short."""

from __future__ import annotations

from typing import Any, Final

from .pace import Pace

AHEAD_SECONDS: Final = 0.05
"""What is taken ahead is run within about this time."""

MOST: Final = 128
"""Messages ahead of one slot: two batches."""

_FORGOTTEN: Final = 0.1
"""By how much the usual number of calls in a message falls with each message of one call."""


class Room:
    """Widens and narrows Celery's prefetch count by what the lane can do with it.

    Relative to what the count was, because Celery moves it too: by one for each delayed message.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._extra = 0
        self._calls_each = 1.0
        self.is_closed = False
        """Whether nothing more is taken for a while."""

    def saw_chunk(self, calls: int, *, is_split: bool) -> None:
        """A message with many calls has come.

        Args:
            calls: how many.
            is_split: whether they were more than the lane can run soon: then nothing more is
                taken until `reopen`.
        """
        self._calls_each += (calls - self._calls_each) / 2
        self.is_closed = self.is_closed or is_split

    def saw_call(self) -> None:
        """A message with one call has come."""
        if self._calls_each != 1.0:
            self._calls_each = max(1.0, self._calls_each - _FORGOTTEN)

    def reopen(self) -> None:
        """Most of what was taken has been run."""
        self.is_closed = False

    def adjust(self, qos: Any, pace: Pace, *, stuck: int) -> None:
        """Have room for what the slots that are not stuck will run soon."""
        free = self._slots - stuck
        ahead = pace.fitting(AHEAD_SECONDS, most=MOST) - 1
        # Celery's count must not become 0, which is no limit.
        wanted = 1 - self._slots if self.is_closed else int(free * ahead / self._calls_each)
        # Small steps are not worth a call.
        if wanted > self._extra + self._extra // 4:
            qos.increment_eventually(wanted - self._extra)
        elif wanted < self._extra - self._extra // 4:
            qos.decrement_eventually(self._extra - wanted)
        else:
            return
        self._extra = wanted

    def forget(self) -> None:
        """Start anew: Celery sets the count to its own with each connection."""
        self._extra = 0
        self.is_closed = False
