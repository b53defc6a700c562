"""End a process with everything that it has started. Linux only."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_ROUNDS: Final = 16
"""Looks for descendants: each kills what the look before has missed; a fork bomb is caught by its
process group, which the kernel kills as one."""


def kill_tree(pid: int) -> None:
    """Kill the process `pid`, its process group and all its descendants.

    `pid` must be a child that has not been waited for, and the leader of a group and session: so
    its number cannot mean anything else. It should be a subreaper: then descendants that left its
    group, or lost their parent, are still found below it.
    """
    for _ in range(_ROUNDS):
        descendants = list(_descendants(pid))
        for descendant in descendants:
            _kill(descendant)
        if not descendants:
            break
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    _kill(pid)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> Iterator[int]:
    """Living descendants; zombies are not counted, they end with their parent."""
    waiting = list(_children(pid))
    while waiting:
        child = waiting.pop()
        waiting += _children(child)
        if not _is_zombie(child):
            yield child


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        # A task that ends in between, or a kernel without this list: the group is killed anyway.
        with suppress(OSError):
            yield from map(int, task.read_text().split())


def _is_zombie(pid: int) -> bool:
    with suppress(OSError):
        # The state follows the name, which may hold anything up to the last parenthesis.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True
