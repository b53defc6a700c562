"""The worker's half of fleeting, once in every process that runs tasks."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from typing import Protocol

from ...domain.errors import MalformedMessage
from ...domain.task import Task
from ...usecases.execute import Again, Done


class Execution(Protocol):
    """Runs tasks between `start` and `close`, from any number of threads."""

    def start(self) -> None:
        """Begin what runs beside the tasks, such as heartbeats."""
        ...

    def run(self, task: Task) -> Done | Again:
        """Bring one delivered task one step further."""
        ...

    def refuse(self, error: MalformedMessage) -> bool:
        """End a task whose message cannot be run; whether there was one to end."""
        ...

    def close(self) -> None:
        """Stop, and release connections."""
        ...


class Executions:
    """Makes the execution of a process when its first task comes, never before a fork.

    Threads and connections do not survive a fork, so a prefork worker's parent must not have any;
    each pool child makes its own.
    """

    def __init__(self, make: Callable[[], Execution]) -> None:
        self._make = make
        self._lock = Lock()
        self._mine: tuple[int, Execution] | None = None

    def current(self) -> Execution:
        """The started execution of this process."""
        with self._lock:
            if self._mine is None or self._mine[0] != os.getpid():
                execution = self._make()
                execution.start()
                self._mine = os.getpid(), execution
            return self._mine[1]

    def close(self) -> None:
        """Close this process's execution, if it has one."""
        with self._lock:
            mine, self._mine = self._mine, None
        if mine is not None and mine[0] == os.getpid():
            mine[1].close()
