"""The half of the surface that reads results."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import JsonValue

from ...domain.result import Status
from ...domain.stats import Stats
from ...ports.result_store import FunctionSummary, Order
from .calls import Calls
from .stream import Stream
from .task_result import TaskFacts, TaskResult, Update


class Reading:
    """Reads results by key and by function.

    Raises (every method):
        RequestError: the question cannot be answered as it is.
        PortError: the platform does not answer.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._loop = calls.loop

    def result(self, key: str, *, timeout: float = 0) -> TaskResult:
        """What is known under `key` now, or once the task has ended within `timeout` seconds.

        Raises:
            MalformedKey: `key` is no key.
            ResultUnknown: the key lies in the future.
            ResultGone: nothing is left under that key.
        """
        return self._loop.run(self._calls.result(key, timeout))

    def task(self, key: str) -> TaskFacts:
        """The facts under `key` without the value; raises as `result`."""
        return self._loop.run(self._calls.gateway.task(key))

    def values(
        self, function: str, *, limit: int | None = None, after: str | None = None
    ) -> list[JsonValue]:
        """All live values of a function in order of submission, or `limit` after the key `after`.

        Raises:
            AnswerTooLarge: they are more than one answer may hold.
        """
        return self._loop.run(self._calls.values(function, limit, after))

    def results(
        self,
        function: str,
        *,
        status: Status | str | Iterable[Status | str] = (),
        limit: int | None = None,
        after: str | None = None,
        order: Order = "asc",
    ) -> list[TaskFacts]:
        """Results of a function without their values; all pages of them, up to `limit`.

        Args:
            function: whose results.
            status: only those in one of these; empty: all.
            limit: at most so many; None: all.
            after: only what follows this key.
            order: by time of submission.
        """
        return self._loop.run(self._calls.results(function, status, limit, after, order))

    def functions(self) -> list[FunctionSummary]:
        """Functions with live values, by name."""
        return self._loop.run(self._calls.gateway.functions())

    def stats(self, function: str, *, field: str | None = None) -> Stats:
        """Figures over a function's live values, or over the number at the path `field` in them."""
        return self._loop.run(self._calls.gateway.stats(function, field))

    def stream(self, function: str, *, after: str | None = None) -> Stream[Update]:
        """Each result of a function as it lands, and progress before that.

        It listens before this returns. For `for` and for `async for`; after a lost connection it
        goes on where it was.

        Args:
            function: whose results.
            after: the `id` of the last update seen; what came since is sent first.
        """
        return self._calls.stream(function, after).open()
