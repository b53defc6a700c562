"""Processes that a run has left: found by the name that its script gave itself."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_GRACE = 0.1
"""Seconds in which a process has to be gone that has been killed."""


def left(sign: str) -> list[int]:
    """Processes under that name that live on; they are killed."""
    until = time.monotonic() + _GRACE
    while (found := list(_signed(sign))) and time.monotonic() < until:
        time.sleep(0.002)
    for pid in found:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return found


def _signed(sign: str) -> Iterator[int]:
    for file in Path("/proc").glob("[0-9]*/comm"):
        # Some end in between.
        with suppress(OSError):
            if file.read_text().strip() == sign and lives(int(file.parent.name)):
                yield int(file.parent.name)


def lives(pid: int) -> bool:
    """Whether there is such a process, and not just its remains."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def outside(pid: int) -> int:
    """What a process below this one is called here that calls itself `pid`, in a namespace or not."""
    for file in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            names = _status(file)["NSpid"].split()
            if int(names[-1]) == pid and _is_below(int(names[0])):
                return int(names[0])
    return pid


def _is_below(pid: int) -> bool:
    while pid > 1 and pid != os.getpid():
        pid = int(_status(Path(f"/proc/{pid}/status"))["PPid"])
    return pid == os.getpid()


def _status(file: Path) -> dict[str, str]:
    return dict(line.split(":", 1) for line in file.read_text().splitlines())
