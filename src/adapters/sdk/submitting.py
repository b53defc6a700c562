"""The half of the surface that asks for work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Unpack, overload

from ...domain.task import TaskRequest
from ...usecases.check import Finding
from .batches import BATCH_SIZE
from .calls import Calls
from .handle import Handle
from .handles import Handles
from .submission import Options, Script
from .task_result import TaskFacts

Kwargs = Mapping[str, object]


class Submitting:
    """Submits calls, looks at them beforehand, and takes them back."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._loop = calls.loop

    @overload
    def submit(
        self,
        source: str,
        function: str,
        /,
        *args: object,
        kwargs: Kwargs | None = None,
        **options: Unpack[Options],
    ) -> Handle: ...
    @overload
    def submit(
        self,
        function: Callable[..., object],
        /,
        *args: object,
        kwargs: Kwargs | None = None,
        **options: Unpack[Options],
    ) -> Handle: ...
    def submit(
        self,
        script: Script,
        /,
        *args: object,
        kwargs: Kwargs | None = None,
        **options: Unpack[Options],
    ) -> Handle:
        """Submit one call; on return it is recorded and queued, and survives this process.

        Raises:
            RequestError: the request cannot be accepted as it is; the message names the fix.
            PortError: the platform does not answer.
        """
        return self._loop.run(self._calls.submit(script, args, kwargs, options))

    @overload
    def map(
        self,
        source: str,
        function: str,
        /,
        *iterables: Iterable[object],
        kwargs: Kwargs | None = None,
        batch_size: int = BATCH_SIZE,
        **options: Unpack[Options],
    ) -> Handles: ...
    @overload
    def map(
        self,
        function: Callable[..., object],
        /,
        *iterables: Iterable[object],
        kwargs: Kwargs | None = None,
        batch_size: int = BATCH_SIZE,
        **options: Unpack[Options],
    ) -> Handles: ...
    def map(
        self,
        script: Script,
        /,
        *iterables: object,
        kwargs: Kwargs | None = None,
        batch_size: int = BATCH_SIZE,
        **options: Unpack[Options],
    ) -> Handles:
        """Submit one call for each step through the iterables, as the built-in `map` calls.

            values = list(fleeting.map(SOURCE, "add", [1, 2, 3], [10, 20, 30]).results())

        Every call is looked at before the first is submitted; then they go in batches of
        `batch_size`, each accepted whole or not at all. Raises as `submit`.

        Raises:
            ValueError: the iterables are not equally long.
        """
        return self._loop.run(self._calls.map(script, iterables, kwargs, options, batch_size))

    def submit_many(
        self, tasks: Iterable[TaskRequest | Mapping[str, object]], *, batch_size: int = BATCH_SIZE
    ) -> Handles:
        """Submit any mixture of calls, each in the form of `POST /tasks`; raises as `submit`."""
        return self._loop.run(self._calls.submit_many(tasks, batch_size))

    @overload
    def check(
        self,
        source: str,
        function: str,
        /,
        *args: object,
        kwargs: Kwargs | None = None,
        **options: Unpack[Options],
    ) -> Finding: ...
    @overload
    def check(
        self,
        function: Callable[..., object],
        /,
        *args: object,
        kwargs: Kwargs | None = None,
        **options: Unpack[Options],
    ) -> Finding: ...
    def check(
        self,
        script: Script,
        /,
        *args: object,
        kwargs: Kwargs | None = None,
        **options: Unpack[Options],
    ) -> Finding:
        """Everything that is wrong with a call, as `submit` takes it; nothing is queued."""
        return self._loop.run(self._calls.check(script, args, kwargs, options))

    def handle(self, key: str) -> Handle:
        """The handle of a task that was submitted before, here or elsewhere; asks nothing."""
        return self._calls.handle(key)

    def cancel(self, key: str) -> TaskFacts:
        """End a task: at once if it is queued, soon if it is running.

        Raises:
            ResultGone: nothing is left under that key.
            AlreadyFinished: the task has ended.
        """
        return self._loop.run(self._calls.gateway.cancel(key))
