"""Waiting for something that another process does, where nothing tells us when it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

_PAUSE_SECONDS = 0.005


def wait_until(condition: Callable[[], object], *, within: timedelta) -> None:
    """Return as soon as the condition holds.

    Raises:
        TimeoutError: It did not hold in time.
    """
    deadline = time.monotonic() + within.total_seconds()
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"The condition did not hold within {within}.")
        time.sleep(_PAUSE_SECONDS)
