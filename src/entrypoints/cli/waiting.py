"""Wait for tasks, showing what they say meanwhile."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from .bars import Bars
from .output_tail import OutputTail

if TYPE_CHECKING:
    from ...adapters.sdk.handle import Handle
    from ...adapters.sdk.handles import Handles
    from ...adapters.sdk.task_result import TaskResult, TaskUpdate

_GLANCE: Final = 0.2
"""Seconds between two looks at a count that costs nothing."""


def wait_for(handle: Handle, *, seconds: float | None, step: float, bars: Bars) -> TaskResult:
    """The task once it has ended; passes on its output to stderr, and its progress to a bar.

    Args:
        handle: the task.
        seconds: how long to wait at most; None: until it ends.
        step: seconds between two looks at a task that goes on.
        bars: where its progress is shown.

    Raises:
        ResultNotReady: the time is over.
    """
    from ...domain.errors import ResultNotReady

    output, until = OutputTail(), None if seconds is None else time.monotonic() + seconds
    while True:
        left = step if until is None else max(until - time.monotonic(), 0)
        found = handle.facts(min(left, step))
        # Not by `typer.echo`: it writes past the stream that keeps the bar and this apart.
        sys.stderr.write(output.new(found.output))
        sys.stderr.flush()
        if found.progress is not None:
            bars.show(
                found.function, found.progress.done, found.progress.total, found.progress.note
            )
        if found.status.is_final:
            bars.end(found.function)
            return found
        if until is not None and time.monotonic() >= until:
            raise ResultNotReady(f"{found.key} is still {found.status}: ask again later")


def follow(updates: Iterable[TaskUpdate], bars: Bars) -> TaskResult:
    """The task once it has ended; output goes to stderr as it is printed, progress to a bar.

    Raises:
        ResultNotReady: there is no end among the updates.
    """
    from ...adapters.sdk.task_result import TaskResult
    from ...domain.errors import ResultNotReady

    for update in updates:
        # Not by `typer.echo`: it writes past the stream that keeps the bar and this apart.
        sys.stderr.write(update.output)
        sys.stderr.flush()
        task = update.task
        if isinstance(task, TaskResult):
            bars.end(task.function)
            return task
        if task is not None and task.progress is not None:
            bars.show(task.function, task.progress.done, task.progress.total, task.progress.note)
    raise ResultNotReady("the stream holds no result: it was seen before")


def wait_for_all(batches: Sequence[Handles], *, seconds: float, bars: Bars) -> list[TaskResult]:
    """The tasks of all batches once they have ended, in order; raises as `wait_for`."""
    from ...domain.errors import ResultNotReady

    until, total = time.monotonic() + seconds, sum(map(len, batches))
    found: list[TaskResult] = []
    for batch in batches:
        while (ended := int(batch.progress().done)) < len(batch):
            bars.show("waiting", len(found) + ended, total)
            if time.monotonic() >= until:
                raise ResultNotReady(
                    f"{total - len(found) - ended} of {total} tasks have not ended"
                )
            time.sleep(_GLANCE)
        found += [handle.facts() for handle in batch]
    bars.end("waiting")
    return found
