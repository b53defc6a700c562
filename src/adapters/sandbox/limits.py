"""What the process of a run puts on itself before it looks at the script. Linux only.

Standard library only, because the sandbox child loads this module.
"""

from __future__ import annotations

import os
import resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
"""prctl(2)."""

_SIGKILL: Final = 9
"""Without the module `signal`, whose names cost a child half a millisecond."""

_FILES: Final = 256
"""Open files: far more than a script needs, few enough to close them all in no time."""


def die_with(parent: int) -> None:
    """Be killed when the runner's process dies, and keep descendants in reach of its killer.

    Orphaned descendants become children of this process instead of going out of sight.
    """
    # Loaded here and not above: the other half of this module does without.
    import ctypes

    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if os.getppid() != parent:
        # It died before the first line above.
        os._exit(1)


def confine(memory_bytes: int | None, cpu_seconds: int | None) -> None:
    """Limit the memory beyond what the interpreter has taken, and the processor time.

    The latter is a second line behind the runner's clock, should the runner stand still: SIGXCPU at
    the limit, SIGKILL a second later.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_NOFILE, _FILES)
    if cpu_seconds is not None:
        _lower(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)
    if memory_bytes is not None:
        _lower(resource.RLIMIT_AS, address_space() + memory_bytes)


def _lower(which: int, soft: int, hard: int | None = None) -> None:
    """Set a limit, but not above the one that this process was born with."""
    _, ceiling = resource.getrlimit(which)
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(which, (soft, hard))


def address_space() -> int:
    """Bytes that this process has mapped, which is what the memory limit counts."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123  # pathlib is slow to load
        return int(file.read().split()[0]) * resource.getpagesize()
