"""Progress for a person who watches: bars on stderr, and nothing at all where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bars:
    """Bars by name; without a terminal every call is for nothing."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def show(self, name: str, done: float, total: float | None, note: str = "") -> None:
        """Move the bar of that name; makes it on its first move."""
        if self._progress is None:
            return
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(name, total=total)
        self._progress.update(
            self._bars[name], completed=done, total=total, description=f"{name}  {note}".strip()
        )

    def end(self, name: str) -> None:
        """Take the bar of that name away."""
        if self._progress is not None and name in self._bars:
            self._progress.remove_task(self._bars.pop(name))


@contextmanager
def bars(*, wanted: bool) -> Iterator[Bars]:
    """Show bars while the block runs, if they are wanted and stderr is a terminal."""
    if not wanted or not sys.stderr.isatty():
        yield Bars(None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    # What is printed to the same terminal goes above the bars; a pipe stays untouched.
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
        redirect_stderr=True,
    ) as progress:
        yield Bars(progress)
