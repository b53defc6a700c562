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

    def adjust(self, qos: Any, pace: Pace, *, stuck: int, surplus: int = 0) -> None:
        """Have room for what the slots that are not stuck will run soon.

        Args:
            qos: Celery's count of messages.
            pace: how long calls take.
            stuck: slots that are.
            surplus: how many more calls than messages are in hand.
        """
        free = self._slots - stuck
        ahead = pace.fitting(AHEAD_SECONDS, most=MOST) - 1
        wanted = self._wanted(free * ahead - surplus)
        # Small steps are not worth a call.
        if wanted > self._extra + self._extra // 4:
            qos.increment_eventually(wanted - self._extra)
        elif wanted < self._extra - self._extra // 4:
            qos.decrement_eventually(self._extra - wanted)
        else:
            return
        self._extra = wanted

    def _wanted(self, calls: int) -> int:
        """Messages beyond Celery's own count, for so many calls."""
        least = 1 - self._slots  # a count of 0 would be no limit
        if self.is_closed:
            return least
        return max(calls, least) if calls < 0 else int(calls / self._calls_each)

    def forget(self) -> None:
        """Start anew: Celery sets the count to its own with each connection."""
        self._extra = 0
        self.is_closed = False
