"""A submitted task in the hands of its caller."""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from datetime import timedelta
from typing import Any, Final

from ...domain.errors import AlreadyFinished, ResultNotReady, TaskFailed
from ...domain.outcome import ErrorInfo
from ...domain.result import Progress, Status
from .background_loop import BackgroundLoop
from .gateway import Gateway
from .task_result import TaskResult

_POLL: Final = 20.0
"""Seconds of one long poll: proxies and load balancers cut idle connections after 30 or 60."""


class Handle:
    """One task: wait for it, look at it, cancel it, or `await` it in any asyncio loop.

    A result that was seen once stays in the handle, also after it has expired on the platform.
    """

    def __init__(self, key: str, *, gateway: Gateway, loop: BackgroundLoop) -> None:
        self._key = key
        self._gateway = gateway
        self._loop = loop
        self._final: TaskResult | None = None

    @property
    def key(self) -> str:
        """Names the result: `function_time_value`."""
        return self._key

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the end and return the value, as `json.loads` would give it.

        Args:
            timeout: seconds to wait at most; None: until the task has ended.

        Raises:
            TaskFailed: it ended without a value; `.error` says how, and the script's traceback is
                shown with it.
            ResultNotReady: it has not ended within `timeout`.
            ResultGone: its result has expired.
            PortError: the platform does not answer.
        """
        return value_of(self._loop.run(self.ended(timeout)))

    def facts(self, timeout: float = 0) -> TaskResult:
        """What is known of the task now, or once it has ended within `timeout` seconds."""
        return self._loop.run(self.look(timeout))

    def status(self) -> Status:
        """Where the task stands."""
        return self.facts().status

    def done(self) -> bool:
        """Whether nothing can happen to the task any more."""
        return self.status().is_final

    def progress(self) -> Progress | None:
        """What the script last said with `fleeting.progress`, or None if it has said nothing."""
        return self.facts().progress

    def cancel(self) -> bool:
        """End the task if it is still open; False if it has ended already."""
        try:
            self._loop.run(self._gateway.cancel(self._key))
        except AlreadyFinished:
            return False
        return True

    def __await__(self) -> Generator[Any, None, Any]:
        return self._value().__await__()

    def __repr__(self) -> str:
        return f"Handle({self._key!r})"

    async def ended(self, timeout: float | None = None) -> TaskResult:
        """The final result, also of a failed task; for the client's own loop."""
        until = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = max(until - time.monotonic(), 0)
            found = await self.look(min(left, _POLL))
            if found.status.is_final:
                return found
            if time.monotonic() >= until:
                raise ResultNotReady(f"{self._key} is still {found.status} after {timeout:g} s")

    async def _value(self) -> Any:
        return value_of(await self._loop.awaited(self.ended()))

    async def look(self, wait: float) -> TaskResult:
        """What is known now, or at the end within `wait` seconds; for the client's own loop."""
        if self._final is not None:
            return self._final
        found = await self._gateway.result(self._key, wait=timedelta(seconds=wait))
        if found.status.is_final:
            self._final = found
        return found


def value_of(result: TaskResult) -> Any:
    """The value of a task that has ended.

    Raises:
        TaskFailed: it has none.
    """
    if result.status is Status.SUCCEEDED:
        return result.value
    error = result.error or ErrorInfo(code=TaskFailed.code, message="no reason was given")
    failed = TaskFailed(f"{result.key} {_ENDED[result.status]}: {error.message}")
    failed.error = error
    failed.exception, failed.traceback = error.exception, error.traceback
    failed.line, failed.path = error.line, error.path
    if error.traceback:
        failed.add_note(error.traceback.rstrip())
    raise failed


_ENDED: Final = {
    Status.FAILED: "failed",
    Status.CANCELLED: "was cancelled",
    Status.LOST: "was lost",
    Status.QUEUED: "has not ended",
    Status.RUNNING: "has not ended",
}
