"""Have something done that may take long, and wait for it no longer than there is time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread


def do_in_time(seconds: float, step: Callable[[], object]) -> None:
    """Wait up to so long for `step`, which goes on in a thread if it takes longer."""
    doing = Thread(target=step, name="fleeting-in-time", daemon=True)
    doing.start()
    doing.join(seconds)
