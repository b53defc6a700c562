"""Have the consumer's thread do something soon: it alone talks to the broker."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

Call = Callable[[], None]


class LoopCalls:
    """Calls left by any thread, made by the thread of the event loop."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque()
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def add(self, call: Call) -> None:
        """Leave a call, and wake the loop."""
        self._calls.append(call)
        with suppress(BlockingIOError, OSError):  # full: it is awake; closed: it has ended
            os.write(self._writer, b"!")

    def register(self, hub: Any) -> None:
        """Have `hub` make the calls from here on."""
        hub.add_reader(self._reader, self._wake)

    def make(self) -> None:
        """Make all calls; called by the thread that runs the loop."""
        while self._calls:
            self._calls.popleft()()

    def close(self) -> None:
        """Release the pipe; calls left afterwards are not made."""
        os.close(self._writer)
        os.close(self._reader)

    def _wake(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._reader, 4096)
        self.make()
