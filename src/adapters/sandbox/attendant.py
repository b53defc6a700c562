"""Does after a run what need not be waited for: in a thread of its own, one by one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Final

_log: Final = logging.getLogger(__name__)


class Attendant:
    """A thread that begins with the first task."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    def later(self, task: Callable[[], None]) -> None:
        """Have something done soon."""
        self._tasks.put(task)
        if not self.is_alive():
            self._begin()

    def is_alive(self) -> bool:
        """Whether its thread lives in this process: it does not in one that this one has forked."""
        return self._thread is not None and self._thread.is_alive()

    def close(self) -> None:
        """Return when all is done that was asked for."""
        self._tasks.put(None)
        with self._lock:
            if self._thread is not None:
                self._thread.join()
                self._thread = None

    def _begin(self) -> None:
        with self._lock:
            if not self.is_alive():
                self._thread = Thread(target=self._attend, name="fleeting-attendant", daemon=True)
                self._thread.start()

    def _attend(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except Exception:  # noqa: BLE001  # whatever it is, the next task is not to blame
                _log.exception("what follows a run failed")
