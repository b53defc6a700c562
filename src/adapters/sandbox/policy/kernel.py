"""Calls into the kernel that Python has no function for. Linux only, standard library only."""

from __future__ import annotations

import ctypes
import os
from functools import partial

from .numbers import numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Final, TypeAlias

    Prepared: TypeAlias = Callable[[], int]
    """A system call with its arguments; -1: it failed."""

PDEATHSIG: Final = 1
DUMPABLE: Final = 4
NO_NEW_PRIVS: Final = 38
"""Options of prctl(2): PR_SET_…"""


_ARGUMENTS: Final = 6


class Kernel:
    """This machine's kernel.

    What it needs is laid out once: a fork copies each page that a child is the first to change,
    so a child should make as few objects as it can.

    Raises:
        LookupError: its system calls are not known.
    """

    def __init__(self) -> None:
        self.machine = os.uname().machine
        self._numbers = numbers(self.machine)
        library = ctypes.CDLL(None, use_errno=True)
        self._syscall = library.syscall
        self._syscall.restype = ctypes.c_long
        self._syscall.argtypes = [ctypes.c_long] * (1 + _ARGUMENTS)
        self._kept: list[object] = []
        """What prepared calls point to."""
        self._prctl = library.prctl
        self._prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]

    def call(self, name: str, *arguments: int) -> int:
        """Make a system call; what lies in memory is given by its address.

        Raises:
            OSError: it failed.
        """
        return _checked(name, self.prepared(name, *arguments)())

    def prepared(self, name: str, *arguments: int) -> Prepared:
        """A system call that is made later, by a child that makes no object for it."""
        rest = (0,) * (_ARGUMENTS - len(arguments))
        return partial(self._syscall, self._numbers[name], *arguments, *rest)

    def limiting(self, which: int, limit: int) -> Prepared:
        """What holds a process to a limit of setrlimit(2), for ever."""
        both = (ctypes.c_uint64 * 2)(limit, limit)
        self._kept.append(both)
        return self.prepared("prlimit64", 0, which, ctypes.addressof(both), 0)

    def prctl(self, option: int, argument: int) -> int:
        """Set a property of this process.

        Raises:
            OSError: it failed.
        """
        return _checked("prctl", self._prctl(option, argument, 0, 0, 0))


def make(calls: Iterable[Prepared]) -> None:
    """Make calls one after the other.

    Raises:
        OSError: one failed; those behind it were not made.
    """
    for call in calls:
        if call() == -1:
            _checked("a restriction", -1)


def close_memory() -> None:
    """Let no other process of this user look into this one or trace it, nor dump its core.

    What it executes is open again, what it forks is not.

    Raises:
        OSError: the kernel refused.
    """
    library = ctypes.CDLL(None, use_errno=True)
    _checked("prctl", library.prctl(DUMPABLE, 0, 0, 0, 0))


def _checked(name: str, answer: int) -> int:
    if answer == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return answer
