"""Whether something works here: found out by a process that does nothing else.

Standard library only.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # typeshed does not know it
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

PATIENCE: Final = 5
"""Seconds for an attempt that takes two milliseconds: one can hang under a filter of others."""


def succeeds(attempt: Callable[[], bool]) -> bool:
    """Whether `attempt` returns True: it may raise, hang, or be killed by a filter of others."""
    pid = os.fork()
    if pid == 0:
        has_succeeded = False
        try:
            _signal.alarm(PATIENCE)
            has_succeeded = attempt()
        finally:
            os._exit(0 if has_succeeded else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
