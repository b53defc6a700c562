"""How many messages the consumer may hold: few where calls are long, many where they are short."""

from __future__ import annotations

from typing import Any, Final

from .pace import Pace

_AHEAD_SECONDS: Final = 0.05
"""What is taken ahead is run within about this time."""

_MOST: Final = 128
"""Messages ahead of one slot: two batches."""


class Room:
    """Widens and narrows Celery's prefetch count by what the lane can do with it.

    Relative to what the count was, because Celery moves it too: by one for each delayed message.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._extra = 0

    def adjust(self, qos: Any, pace: Pace, *, stuck: int) -> None:
        """Have room for what the slots that are not stuck will run soon."""
        free = self._slots - stuck
        ahead = pace.fitting(_AHEAD_SECONDS, most=_MOST) - 1
        wanted = free * ahead
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
