"""`fleeting.progress`: how a script tells how far it has come.

Standard library only, because the sandbox child loads this module too.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final, TypeAlias

    Listener: TypeAlias = Callable[[float, float | None, str], None]

MAX_NOTE: Final = 200
"""Longest note in characters: one line beside a progress bar; the rest is cut off."""

_LARGEST: Final = sys.float_info.max

listening: Final[ContextVar[Listener | None]] = ContextVar("listening", default=None)
"""Who hears the progress of the run in this context; set by whoever runs a script in process."""


def progress(done: float, total: float | None = None, note: str = "") -> None:
    """Tell how far the running script has come; outside of a run this does nothing.

    Args:
        done: how much is done, in any unit.
        total: how much there is to do in that unit, if known.
        note: what is going on, in a few words.

    Raises:
        TypeError: a number is no number, or the note no text.
        ValueError: a number is NaN, infinite or too large for a float.
    """
    statement = checked(done, total, note)
    listener = listening.get()
    if listener is not None:
        listener(*statement)


def checked(done: float, total: float | None, note: str) -> tuple[float, float | None, str]:
    """The parameters of `progress`, the note cut to `MAX_NOTE`.

    Raises:
        TypeError: a number is no number, or the note no text.
        ValueError: a number is NaN, infinite or too large for a float.
    """
    if not isinstance(note, str):
        raise TypeError(f"note must be text, not {type(note).__name__}")
    return (
        _number("done", done),
        None if total is None else _number("total", total),
        note[:MAX_NOTE],
    )


def _number(name: str, number: float) -> float:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(f"{name} must be a number, not {type(number).__name__}")
    if not -_LARGEST <= number <= _LARGEST:
        raise ValueError(f"{name} must be finite")
    return float(number)
