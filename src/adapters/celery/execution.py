"""The worker's half of fleeting, once in every process that runs tasks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Protocol

from ...domain.burial import Cause
from ...domain.errors import MalformedMessage
from ...domain.result_key import Address
from ...domain.task import Task
from ...usecases.execute import Again, Claimed, Done, Ended
from ...usecases.turn import Claims, Settled


class Execution(Protocol):
    """Runs tasks between `start` and `close`, from any number of threads."""

    def start(self) -> None:
        """Begin what runs beside the tasks, such as heartbeats."""
        ...

    def announce(self) -> None:
        """Show this process as a worker until `close`, whether it was started or not; once."""
        ...

    def run(self, task: Task) -> Done | Again:
        """Bring one delivered task one step further."""
        ...

    def refuse(self, error: MalformedMessage) -> bool:
        """End a task whose message cannot be run; whether there was one to end."""
        ...

    def perform(self, claimed: Claimed) -> Ended:
        """Run a claimed task to its end."""
        ...

    def settle(self, ends: Sequence[Ended]) -> list[Done | Again]:
        """Store how runs ended."""
        ...

    def turn(self, ends: Sequence[Ended], tasks: Sequence[Task]) -> tuple[Settled, Claims]:
        """Store how runs ended, then claim tasks of different keys, in one round trip.

        What is claimed is performed and settled, or given up.
        """
        ...

    def give_up(self, claims: Sequence[Claimed]) -> bool:
        """Let others have what has not begun."""
        ...

    def abandon(self, claimed: Claimed) -> None:
        """Let a claim run out that cannot be brought to an end."""
        ...

    def bury(self, address: Address, pid: int, cause: Cause) -> bool:
        """See to a run whose process, a child of this one, is gone; whether that was needed."""
        ...

    def let_go(self) -> None:
        """Let others take over what still runs, because this process is about to end."""
        ...

    def cancel(self, address: Address) -> None:
        """End the run at `address` as cancelled, if it is one of this process."""
        ...

    def close(self) -> None:
        """Stop, and release connections."""
        ...


class Executions:
    """Makes the execution of a process when it is needed: each child of a pool has its own.

    Threads and connections do not survive a fork.
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

    def announce(self, *, runs_tasks: bool) -> None:
        """Show the worker whose main process this is, until `close`.

        Args:
            runs_tasks: False: its children do, so nothing but this is started here, and they do
                not show themselves.
        """
        if runs_tasks:
            self.current().announce()
            return
        with self._lock:
            self._mine = os.getpid(), self._make()
            self._mine[1].announce()

    def close(self) -> None:
        """Close this process's execution, if it has one."""
        with self._lock:
            mine, self._mine = self._mine, None
        if mine is not None and mine[0] == os.getpid():
            mine[1].close()
