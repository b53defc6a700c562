"""Children that have answered and end by themselves, until what leads to them is closed."""

from __future__ import annotations

import time
from collections import deque
from threading import Lock
from typing import Final

from .attendant import Attendant
from .zygote_child import ZygoteChild

_SOON: Final = 0.02
"""Seconds between two looks of the thread, so that runs in a row do not wake it each time."""


class LeavingChildren:
    """Each is closed when a run after its own ends, or soon by a thread of its own."""

    def __init__(self) -> None:
        self._children: deque[ZygoteChild] = deque()
        self._attendant = Attendant()
        self._lock = Lock()
        self._is_watched = False

    def add(self, child: ZygoteChild) -> None:
        """Take care of a child from here on, and close those that have died meanwhile."""
        self._close_dead()
        with self._lock:
            self._children.append(child)
            is_watched, self._is_watched = self._is_watched, True
        if not (is_watched and self._attendant.is_alive()):
            self._attendant.later(self._watch)

    def close(self) -> None:
        """Return when all are closed."""
        self._attendant.close()
        self._close_all()

    def _close_dead(self) -> None:
        while (child := self._next()) is not None:
            if not child.is_dead():
                self._children.appendleft(child)
                return
            child.close()

    def _watch(self) -> None:
        while self._is_watched:
            time.sleep(_SOON)
            self._close_all()
            with self._lock:
                self._is_watched = bool(self._children)

    def _close_all(self) -> None:
        """Wait for each a little, and end it then."""
        while (child := self._next()) is not None:
            child.close()

    def _next(self) -> ZygoteChild | None:
        try:
            return self._children.popleft()
        except IndexError:
            return None
