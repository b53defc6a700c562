"""Tells on standard error what is being measured, and what was found."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from .rows import Measured


class Progress:
    """A bar on a terminal, and a line for each measurement anywhere."""

    def __init__(self, *, steps: int) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bar = Bar(*columns, TimeElapsedColumn(), console=Console(stderr=True))
        self._task = self._bar.add_task("", total=steps)

    def begin(self, description: str) -> None:
        """A step begins."""
        self._bar.update(self._task, description=description)

    def end(self) -> None:
        """A step is done."""
        self._bar.advance(self._task)

    def show(self, measured: Measured) -> None:
        """Something was measured."""
        place = " · ".join(part for part in measured.place if part)
        figures = "  ".join(f"{name} {value:,.5g}" for name, value in measured.figures.items())
        self._bar.console.print(f"{place:<60} {figures}", soft_wrap=True, highlight=False)

    def say(self, text: str) -> None:
        """Something takes a while that is no measurement."""
        self._bar.console.print(text, soft_wrap=True, highlight=False, markup=False)

    def complain(self, text: str) -> None:
        """Something is left out."""
        self.say(f"! {text}")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
