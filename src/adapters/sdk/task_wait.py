"""Wait for the end of one task; coroutines for the client's own loop."""

from __future__ import annotations

import math
import time
from datetime import timedelta
from typing import Final

from ...domain.errors import ResultNotReady
from .gateway import ResultCalls
from .task_result import TaskResult

_POLL: Final = 20.0
"""Seconds of one long poll: proxies and load balancers cut idle connections after 30 or 60."""


class TaskWait:
    """Looks at one task, and keeps its final result once that was seen."""

    def __init__(self, key: str, calls: ResultCalls) -> None:
        self._calls = calls
        self._key = key
        self._final: TaskResult | None = None

    @property
    def key(self) -> str:
        """The task's key."""
        return self._key

    async def look(self, wait: float) -> TaskResult:
        """What is known now, or at the end within `wait` seconds."""
        if self._final is not None:
            return self._final
        found = await self._calls.result(self._key, wait=timedelta(seconds=wait))
        if found.status.is_final:
            self._final = found
        return found

    async def ended(self, timeout: float | None = None) -> TaskResult:
        """The final result, also of a failed task.

        Raises:
            ResultNotReady: the task has not ended within `timeout` seconds.
        """
        until = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = max(until - time.monotonic(), 0)
            found = await self.look(min(left, _POLL))
            if found.status.is_final:
                return found
            if time.monotonic() >= until:
                raise ResultNotReady(f"{self._key} is still {found.status} after {timeout:g} s")
