"""End a process with everything that it has started. Linux only."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
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
    _kill_all(lambda: _descendants(pid))
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    _kill(pid)


def kill_marked(mark: str) -> None:
    """Kill the processes that were born with `mark`, a line of the form NAME=value, around them.

    For what a process has left behind that died before it was killed: its descendants belong to
    nobody any more.
    """
    _kill_all(lambda: _marked(mark.encode()))


def _kill_all(find: Callable[[], Iterator[int]]) -> None:
    for _ in range(_ROUNDS):
        found = list(find())
        for pid in found:
            _kill(pid)
        if not found:
            return


def _marked(mark: bytes) -> Iterator[int]:
    for file in Path("/proc").glob("[0-9]*/environ"):
        # Most processes belong to others; some end in between.
        with suppress(OSError):
            if mark in file.read_bytes().split(b"\0"):
                yield int(file.parent.name)


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
