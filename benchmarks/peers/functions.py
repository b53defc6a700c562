"""The function that every queue runs, and what it is called with."""

from __future__ import annotations

from typing import Final

ARGUMENTS: Final = (20, 22)
VALUE: Final = 42

PATIENCE: Final = 60
"""Seconds for one value: the first one waits for a worker that starts."""


def add(a: int, b: int) -> int:
    """As little work as there can be: what is measured is the way there and back."""
    return a + b


def check(value: object) -> None:
    """Raise unless `value` is what the function returns."""
    if value != VALUE:
        raise RuntimeError(f"the task returned {value!r}")
