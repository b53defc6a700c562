"""`fleeting.progress` as scripts in a process of their own see it.

Standard library only, because the sandbox child loads this module.
"""

from __future__ import annotations

import json
from _thread import allocate_lock, start_new_thread
from time import monotonic, sleep

from ...domain.progress import checked
from .protocol import PROGRESS, frame, write_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

INTERVAL: Final = 0.05
"""Seconds between two statements: faster than anybody can see. The latest is never lost."""


class ChildProgress:
    """Sends statements of progress to the runner, of several in quick succession the latest."""

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._lock = allocate_lock()
        self._waiting: bytes | None = None
        self._is_due = False
        self._sent = monotonic() - INTERVAL

    def __call__(self, done: float, total: float | None = None, note: str = "") -> None:
        """See `domain.progress.progress`."""
        statement = json.dumps(checked(done, total, note)).encode()
        with self._lock:
            self._waiting = statement
            if self._is_due:
                return
            pause = self._sent + INTERVAL - monotonic()
            if pause <= 0:
                self._send()
            else:
                self._is_due = self._starts(pause)

    def finish(self) -> None:
        """Send what is held back."""
        with self._lock:
            self._send()

    def _starts(self, pause: float) -> bool:
        """Whether it will be sent by itself; where no thread can be had, the next call sends it."""
        try:
            start_new_thread(self._send_later, (pause,))
        except RuntimeError:
            return False
        return True

    def _send_later(self, pause: float) -> None:
        sleep(pause)
        with self._lock:
            self._is_due = False
            self._send()

    def _send(self) -> None:
        if self._waiting is not None:
            write_all(self._channel, frame(PROGRESS, self._waiting))
            self._waiting = None
            self._sent = monotonic()
