"""What the client surface needs from a platform, wherever that runs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from typing import Protocol

from pydantic import JsonValue

from ...domain.result import Status
from ...domain.stats import Stats
from ...domain.task import TaskRequest
from ...domain.worker_facts import WorkerFacts
from ...ports.result_store import FunctionSummary, Slice
from ...usecases.check import Finding
from .task_result import TaskFacts, TaskResult, TaskUpdate, Update


class TaskCalls(Protocol):
    """Ask for work, follow it, and take it back.

    Raises (every method):
        RequestError: the request cannot be served as it is.
        PortError: the platform, or what it depends on, does not answer.
    """

    async def submit(self, requests: Sequence[TaskRequest]) -> list[str]:
        """Have every request accepted, or none; returns their keys in order."""
        ...

    async def check(self, request: TaskRequest) -> Finding:
        """Everything that is wrong with a request; nothing is queued."""
        ...

    async def cancel(self, key: str) -> TaskFacts:
        """End a task before it ends by itself; returns its facts.

        Raises:
            ResultGone: nothing is left under that key.
            AlreadyFinished: the task has ended.
        """
        ...

    def watch(self, key: str, *, after: str | None) -> AsyncGenerator[TaskUpdate | None, None]:
        """What is new of a task, from its beginning or from after the update with id `after`.

        Ends with the update `result`. Yields None once it listens, where nothing is new.

        Raises:
            ResultGone: nothing is left under that key.
            ResultUnknown: the key lies in the future.
            InvalidQuery: `after` is no position.
        """
        ...


class ResultCalls(Protocol):
    """Look at tasks and their results; raises what `TaskCalls` raises."""

    async def result(self, key: str, *, wait: timedelta) -> TaskResult:
        """The result under `key`; waits up to `wait` (perhaps less) for its end.

        Raises:
            ResultGone: nothing is left under that key.
            ResultUnknown: the key lies in the future.
        """
        ...

    async def task(self, key: str) -> TaskFacts:
        """The facts under `key` without the value; raises as `result`."""
        ...

    async def values(self, function: str, part: Slice) -> list[JsonValue]:
        """Live values of a function, in order of submission."""
        ...

    async def results(
        self, function: str, part: Slice, statuses: frozenset[Status]
    ) -> list[TaskFacts]:
        """One page of a function's results, in the order of their keys; empty after the last."""
        ...


class FunctionCalls(Protocol):
    """Look at functions as a whole; raises what `TaskCalls` raises."""

    async def functions(self) -> list[FunctionSummary]:
        """Functions with live values, by name."""
        ...

    async def stats(self, function: str, field: str | None) -> Stats:
        """Figures over a function's live values, or over one field in them."""
        ...

    def stream(self, function: str, *, after: str | None) -> AsyncGenerator[Update | None, None]:
        """Every update of a function from here on, or from after the update with id `after`.

        Does not end by itself. Yields None once it listens: whatever happens after that is sent.
        """
        ...


class Gateway(TaskCalls, ResultCalls, FunctionCalls, Protocol):
    """A platform, bound to one namespace; all methods are called on one event loop."""

    async def workers(self) -> list[WorkerFacts]:
        """The workers there are, by name, and what each has proven.

        Raises:
            PortError: that cannot be known, the service does not answer.
        """
        ...

    async def ping(self) -> None:
        """Return if the platform can serve.

        Raises:
            PortError: it cannot.
        """
        ...

    async def close(self) -> None:
        """Release what the gateway holds; it is not used after that."""
        ...
