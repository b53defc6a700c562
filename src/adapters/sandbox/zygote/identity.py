"""Whose process it is: a fork server of root becomes a user without rights.

Standard library only.
"""

from __future__ import annotations

import ctypes
import os
import sys

from ..policy.kernel import NO_NEW_PRIVS
from .attempt import succeeds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from ..policy.kernel import Kernel

_WHOSE: Final = (ctypes.c_uint32 * 2)(0x20080522, 0)
_NOTHING: Final = (ctypes.c_uint32 * 6)()
"""capset(2): version 3 of its header and this process; three sets of 64 bits."""


def become(user: int) -> None:
    """Be `user`, and a group of that number, for ever; does nothing where this is not root.

    All capabilities go with it.

    Raises:
        OSError: this root may not; so it is in a container without the right to change users.
    """
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


def renounce(kernel: Kernel) -> None:
    """Give up all capabilities, and gain none again by executing a program that gives them."""
    kernel.call("capset", ctypes.addressof(_WHOSE), ctypes.addressof(_NOTHING))
    kernel.prctl(NO_NEW_PRIVS, 1)


def can_read_library(user: int) -> bool:
    """Whether `user` can read Python's own library and what is installed beside it.

    Not so where the interpreter lies in a home directory that is closed to others.
    """
    return succeeds(lambda: _can_read(user))


def _can_read(user: int) -> bool:
    become(user)
    return all(os.access(path, os.R_OK) for path in [os.__file__, *_folders()])


def _folders() -> list[str]:
    return [path for path in sys.path if os.path.isdir(path)]  # noqa: PTH112  # pathlib is slow to load
