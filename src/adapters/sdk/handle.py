"""A submitted task in the hands of its caller."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

from ...domain.errors import AlreadyFinished, TaskFailed
from ...domain.outcome import ErrorInfo
from ...domain.result import Progress, Status
from .background_loop import BackgroundLoop
from .gateway import TaskCalls
from .stream import Stream
from .task_result import TaskResult, TaskUpdate
from .task_wait import TaskWait


class Handle:
    """One task: wait for it, look at it, cancel it, or `await` it in any asyncio loop.

    A result that was seen once stays in the handle, also after it has expired on the platform.
    """

    def __init__(self, wait: TaskWait, *, calls: TaskCalls, loop: BackgroundLoop) -> None:
        self._wait = wait
        self._calls = calls
        self._loop = loop

    @property
    def key(self) -> str:
        """Names the result: `function_time_value`."""
        return self._wait.key

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
        return value_of(self._loop.run(self._wait.ended(timeout)))

    def facts(self, timeout: float = 0) -> TaskResult:
        """What is known of the task now, or once it has ended within `timeout` seconds."""
        return self._loop.run(self._wait.look(timeout))

    def status(self) -> Status:
        """Where the task stands."""
        return self.facts().status

    def done(self) -> bool:
        """Whether nothing can happen to the task any more."""
        return self.status().is_final

    def progress(self) -> Progress | None:
        """What the script last said with `fleeting.progress`, or None if it has said nothing."""
        return self.facts().progress

    def follow(self, *, after: str | None = None) -> Stream[TaskUpdate]:
        """What is new of the task up to its end: status, progress, output as it is printed, result.

        For `for` and for `async for`, which end after the update of kind `result`; after a lost
        connection it goes on where it was. It listens from the first update that is asked for.

        Args:
            after: the `id` of the last update seen; None: from the beginning.
        """
        return Stream(self._calls.watch(self.key, after=after), loop=self._loop)

    def cancel(self) -> bool:
        """End the task if it is still open; False if it has ended already."""
        try:
            self._loop.run(self._calls.cancel(self.key))
        except AlreadyFinished:
            return False
        return True

    def __await__(self) -> Generator[Any, None, Any]:
        return self._value().__await__()

    def __repr__(self) -> str:
        return f"Handle({self.key!r})"

    async def _value(self) -> Any:
        return value_of(await self._loop.awaited(self._wait.ended()))


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
