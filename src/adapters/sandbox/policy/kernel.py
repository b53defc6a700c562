"""Calls into the kernel that Python has no function for. Linux only, standard library only."""

from __future__ import annotations

import ctypes
import os

from .numbers import numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

PDEATHSIG: Final = 1
DUMPABLE: Final = 4
NO_NEW_PRIVS: Final = 38
"""Options of prctl(2): PR_SET_…"""


class Kernel:
    """This machine's kernel.

    Raises:
        LookupError: its system calls are not known.
    """

    def __init__(self) -> None:
        self.machine = os.uname().machine
        self._numbers = numbers(self.machine)
        library = ctypes.CDLL(None, use_errno=True)
        self._syscall = library.syscall
        self._syscall.restype = ctypes.c_long
        self._prctl = library.prctl

    def call(self, name: str, *arguments: object) -> int:
        """Make a system call; integers are passed as they are, the rest as ctypes passes it.

        Raises:
            OSError: it failed.
        """
        given = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
        return self._checked(name, self._syscall(ctypes.c_long(self._numbers[name]), *given))

    def prctl(self, option: int, argument: int) -> int:
        """Set a property of this process.

        Raises:
            OSError: it failed.
        """
        zero = ctypes.c_ulong(0)
        return self._checked(
            f"prctl({option})", self._prctl(option, ctypes.c_ulong(argument), zero, zero, zero)
        )

    @staticmethod
    def _checked(name: str, answer: int) -> int:
        if answer == -1:
            error = ctypes.get_errno()
            raise OSError(error, f"{name}: {os.strerror(error)}")
        return int(answer)
