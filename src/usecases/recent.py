"""What was announced lately: which tasks are open for sure, so that nobody has to look."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from typing import Final

from ..domain.event import Event

_LATELY: Final = timedelta(seconds=5)
"""Whoever waits for a task that he has submitted asks within milliseconds."""

_MOST: Final = 10_000
"""Tasks remembered: a MB or two; those not heard of for longest are forgotten."""


class Recent:
    """Tasks of one namespace, by key; knows only what it was told since `forget`."""

    def __init__(self) -> None:
        self._heard: OrderedDict[str, tuple[bool, float]] = OrderedDict()

    def note(self, event: Event, at: float) -> None:
        """Take what was announced at a moment, in seconds.

        An end stays an end: an announcement may be repeated, and come late.
        """
        key = event.address.key
        before = self._heard.get(key)
        has_ended = event.status.is_final or (before is not None and before[0])
        self._heard[key] = has_ended, at
        self._heard.move_to_end(key)
        if len(self._heard) > _MOST:
            self._heard.popitem(last=False)

    def is_open(self, key: str, at: float) -> bool:
        """Whether the task was open a short time ago, and its end would have been heard since."""
        has_ended, heard = self._heard.get(key, (True, at))
        return not has_ended and at - heard < _LATELY.total_seconds()

    def forget(self) -> None:
        """Something may have been missed."""
        self._heard.clear()
