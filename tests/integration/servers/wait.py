"""Waiting for something that another process does, where nothing tells us when it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

_PAUSES = (0.005, 0.05)
"""The shortest and the longest pause between two looks, in seconds."""


def wait_until(condition: Callable[[], object], *, within: timedelta) -> None:
    """Return soon after the condition holds: what takes long is looked at less and less often.

    Raises:
        TimeoutError: It did not hold in time.
    """
    shortest, longest = _PAUSES
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        if waited > within.total_seconds():
            raise TimeoutError(f"The condition did not hold within {within}.")
        # Some conditions open a connection for each look: a tenth of the time is spent on them.
        time.sleep(min(max(waited / 10, shortest), longest))
