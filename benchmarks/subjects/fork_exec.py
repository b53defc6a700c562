"""The least that a process a run can cost: fork, `exec` of the source, exit; nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

if __name__ != "__main__":
    # The bare interpreter has no package around this file.
    from .scripts import SOURCE


def costs(count: int) -> Mapping[str, float]:
    """Seconds of processor time a run, parent and child: of two parents."""
    bare = subprocess.check_output(
        [sys.executable, "-I", "-S", __file__, SOURCE, str(count)], text=True
    )
    return {
        "fork, exec(), exit, in a bare interpreter": float(bare),
        # This process has loaded what a worker loads.
        "fork, exec(), exit, in a worker's process": cost(SOURCE, count),
    }


def cost(source: str, count: int) -> float:
    """Seconds of processor time a run, of this process and its children."""
    began = _cpu_seconds()
    for _ in range(count):
        _run(source)
    return (_cpu_seconds() - began) / count


def _run(source: str) -> None:
    pid = os.fork()
    if pid == 0:
        names: dict[str, object] = {}
        exec(source, names)
        names["add"](20, 22)  # type: ignore[operator]  # it is the function
        os._exit(0)
    os.waitpid(pid, 0)


def _cpu_seconds() -> float:
    used = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


if __name__ == "__main__":
    print(cost(sys.argv[1], int(sys.argv[2])))
