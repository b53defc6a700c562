"""The children of a fork server: who lives, until when, and how each has ended.

Only here children are waited for and killed, so a number never means another process. Standard
library only.
"""

from __future__ import annotations

import os
import signal
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_FOREVER: Final = float("inf")

_WORDS: Final = b'{"status": %d, "cpu_seconds": %.6f, "memory_bytes": %d}'
"""Without the JSON encoder, whose memory a fork would have to copy once more."""


class Child:
    """One living child."""

    __slots__ = ("deadline", "name", "pid", "status")

    def __init__(self, name: int, pid: int, status: int) -> None:
        self.name = name
        """What the worker calls it."""
        self.pid = pid
        self.status = status
        """Where to tell the worker how it ended."""
        self.deadline = _FOREVER


class Children:
    """All living children."""

    def __init__(self) -> None:
        self._by_pid: dict[int, Child] = {}
        self._by_name: dict[int, Child] = {}
        self._nearest = _FOREVER
        """No deadline is nearer; of those who have died there may be one that was."""

    def add(self, child: Child) -> None:
        """Watch over a newborn."""
        self._by_pid[child.pid] = self._by_name[child.name] = child

    def limit(self, name: int, seconds: float) -> None:
        """Give a child so much time from here on: should the worker stand still."""
        if name in self._by_name:
            deadline = time.monotonic() + seconds
            self._by_name[name].deadline = deadline
            self._nearest = min(self._nearest, deadline)

    def kill(self, name: int) -> None:
        """End a child, if it still lives."""
        if name in self._by_name:
            os.kill(self._by_name[name].pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill them all and wait for each, so that nobody else has to."""
        for name in self._by_name:
            self.kill(name)
        for pid in self._by_pid:
            os.waitpid(pid, 0)

    def kill_overdue(self) -> float | None:
        """End those whose time is up; returns the seconds until the next one's."""
        now = time.monotonic()
        if self._nearest <= now:
            self._kill_overdue(now)
        return None if self._nearest == _FOREVER else self._nearest - now

    def _kill_overdue(self, now: float) -> None:
        for child in self._by_name.values():
            if child.deadline <= now:
                self.kill(child.name)
                child.deadline = _FOREVER
        self._nearest = min((child.deadline for child in self._by_name.values()), default=_FOREVER)

    def bury(self) -> None:
        """Wait for those that have died, and tell the worker how."""
        while self._by_pid:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self._by_pid.pop(pid, None)
            if child is None:
                # Process 1 of a namespace inherits what others have left.
                continue
            del self._by_name[child.name]
            report(
                child.status,
                os.waitstatus_to_exitcode(status),
                usage.ru_utime + usage.ru_stime,
                usage.ru_maxrss * 1024,
            )


def report(status: int, code: int, cpu_seconds: float = 0, memory_bytes: int = 0) -> None:
    """Tell the worker how a child ended, as the last word on it."""
    try:
        os.write(status, _WORDS % (code, cpu_seconds, memory_bytes))
    except OSError:
        # Nobody wants to know any more.
        pass
    finally:
        os.close(status)
