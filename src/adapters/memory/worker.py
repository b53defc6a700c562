"""The worker of the in-memory mode: threads that bring the queue's tasks to the use case."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event, Thread
from typing import Final

from ...domain.errors import FleetingError, MalformedMessage
from ...domain.task import Task
from ...usecases.execute import Again, Done
from .task_queue import MemoryTaskQueue

_log: Final = logging.getLogger(__name__)

_PAUSE: Final = timedelta(seconds=1)
"""Before a task is tried again whose dependencies failed: they seldom recover faster."""


class MemoryWorker:
    """Runs queued tasks between `start` and `stop`, several at once.

    Args:
        queue: where the messages come from.
        execute: brings one task one step further, as `usecases.execute.ExecuteTask`.
        refuse: ends a task whose message cannot be run, as `usecases.refuse.RefuseTask`.
        open_message: tells which messages are tasks, as `usecases.open_message.OpenMessage`.
        threads: how many tasks run at the same time.
    """

    def __init__(
        self,
        *,
        queue: MemoryTaskQueue,
        execute: Callable[[Task], Done | Again],
        refuse: Callable[[MalformedMessage], object],
        open_message: Callable[[Mapping[str, object]], Task],
        threads: int = 4,
    ) -> None:
        self._queue = queue
        self._execute = execute
        self._refuse = refuse
        self._open = open_message
        self._stopping = Event()
        # Daemons: a script that never ends must not keep the interpreter from ending.
        self._threads = [
            Thread(target=self._work, name=f"fleeting-worker-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Begin to work; returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self, within: timedelta = timedelta(seconds=10)) -> bool:
        """Take no more tasks and wait for those that run; whether all ended `within` that time."""
        self._stopping.set()
        self._queue.look_again()
        until = time.monotonic() + within.total_seconds()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while (body := self._queue.take(self._stopping)) is not None:
            delay = self._deliver(body)
            if delay is not None:
                self._queue.put_back(body, delay)

    def _deliver(self, body: bytes) -> timedelta | None:
        """Execute a message; the pause before it is to come again, or None if it is done with."""
        try:
            task = self._open(_read(body))
        except MalformedMessage as exc:
            _log.warning("a queued message is dropped: %s", exc.message)
            self._refused(exc)
            return None
        try:
            outcome = self._execute(task)
        except FleetingError as exc:
            _log.error("%s could not be executed: %s", task.key, exc.message)
            return _PAUSE if exc.retryable else None
        except Exception:  # noqa: BLE001  # one task must not end the thread of all others
            # Its record ends as lost by its deadline; the thread goes on with other tasks.
            _log.exception("%s could not be executed", task.key)
            return None
        return outcome.delay if isinstance(outcome, Again) else None

    def _refused(self, error: MalformedMessage) -> None:
        try:
            self._refuse(error)
        except Exception:  # noqa: BLE001  # as above: its record ends as lost by its deadline
            _log.exception("the task of a dropped message stays open")


def _read(body: bytes) -> dict[str, object]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedMessage("not a message for fleeting.run: it is no JSON") from None
    if not isinstance(data, dict):
        raise MalformedMessage("not a message for fleeting.run: it is no JSON object")
    return data
