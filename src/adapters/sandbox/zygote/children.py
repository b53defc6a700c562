"""The children of a fork server: who lives, until when, and how each has ended.

Only here children are waited for and killed, so a number never means another process. Standard
library only.
"""

from __future__ import annotations

import os
import signal
import time

from .messages import STATUS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_FOREVER: Final = float("inf")


class Children:
    """All living children, each by its process number and by what the worker calls it."""

    def __init__(self) -> None:
        self._names: dict[int, int] = {}
        self._pids: dict[int, int] = {}
        self._statuses: dict[int, int] = {}
        """By name: where to tell the worker how it ended."""
        self._deadlines: dict[int, float] = {}
        self._nearest = _FOREVER
        """No deadline is nearer; of those who have died there may be one that was."""

    def add(self, name: int, pid: int, status: int) -> None:
        """Watch over a newborn."""
        self._names[pid] = name
        self._pids[name] = pid
        self._statuses[name] = status

    def limit(self, name: int, seconds: float) -> None:
        """Give a child so much time from here on: should the worker stand still."""
        if name in self._pids:
            deadline = time.monotonic() + seconds
            self._deadlines[name] = deadline
            self._nearest = min(self._nearest, deadline)

    def kill(self, name: int) -> None:
        """End a child, if it still lives."""
        if name in self._pids:
            os.kill(self._pids[name], signal.SIGKILL)

    def end(self) -> None:
        """Kill them all and wait for each, so that nobody else has to."""
        for name in self._pids:
            self.kill(name)
        for pid in self._names:
            os.waitpid(pid, 0)

    def kill_overdue(self) -> float | None:
        """End those whose time is up; returns the seconds until the next one's."""
        if self._nearest == _FOREVER:
            return None
        now = time.monotonic()
        if self._nearest <= now:
            self._kill_overdue(now)
        return None if self._nearest == _FOREVER else self._nearest - now

    def _kill_overdue(self, now: float) -> None:
        for name, deadline in list(self._deadlines.items()):
            if deadline <= now:
                self.kill(name)
                del self._deadlines[name]
        self._nearest = min(self._deadlines.values(), default=_FOREVER)

    @property
    def living(self) -> int:
        """How many there are."""
        return len(self._names)

    def bury(self) -> None:
        """Wait for those that have died, and tell the worker how."""
        while self._names:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            name = self._names.pop(pid, None)
            if name is None:
                # Process 1 of a namespace inherits what others have left.
                continue
            del self._pids[name]
            self._deadlines.pop(name, None)
            report(
                self._statuses.pop(name),
                os.waitstatus_to_exitcode(status),
                usage.ru_utime + usage.ru_stime,
                usage.ru_maxrss * 1024,
            )


def report(status: int, code: int, cpu_seconds: float = 0, memory_bytes: int = 0) -> None:
    """Tell the worker how a child ended, as the last word on it."""
    try:
        os.write(status, STATUS.pack(code, cpu_seconds, memory_bytes))
    except OSError:
        # Nobody wants to know any more.
        pass
    finally:
        os.close(status)
