"""Landlock: which files a child may open, whatever it is asked by whom. Standard library only.

See landlock(7). A ruleset is made once in the fork server and entered by each child.
"""

from __future__ import annotations

import ctypes
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

    from .kernel import Kernel, Prepared

EXECUTE: Final = 1
WRITE_FILE: Final = 2
READ_FILE: Final = 4
READ_DIR: Final = 8
LIBRARY: Final = EXECUTE | READ_FILE | READ_DIR
"""EXECUTE too: mapping a shared library does not need it, yet interpreters look for it."""
OWN: Final = WRITE_FILE | READ_FILE | READ_DIR | 0x10 | 0x20 | 0x80 | 0x100 | 0x2000 | 0x4000
"""Files and folders, made and removed: REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG, REFER,
TRUNCATE; no links, sockets, pipes or devices."""

_FILE_RIGHTS: Final = ((1, 13), (2, 14), (3, 15), (5, 16))
"""ABI, and how many rights over files are known from it on (REFER, TRUNCATE, IOCTL_DEV)."""
_NETWORK_FROM: Final = 4
_NETWORK: Final = 0b11
"""BIND_TCP, CONNECT_TCP."""
_SCOPES_FROM: Final = 6
_SCOPES: Final = 0b11
"""Abstract sockets and signals reach no process outside."""

TRUNCATE_FROM: Final = 3
"""The ABI from which a file cannot be truncated by opening it."""

_VERSION: Final = 1
_PATH_BENEATH: Final = 1


def abi(kernel: Kernel) -> int:
    """The version that this kernel offers; 0: none."""
    try:
        return kernel.call("landlock_create_ruleset", 0, 0, _VERSION)
    except OSError:
        return 0


def handled(version: int) -> tuple[int, ...]:
    """What a ruleset takes away at an ABI: rights over files, the network, and reach by scope.

    As many numbers as `struct landlock_ruleset_attr` has fields at that ABI.
    """
    bits = max(count for since, count in _FILE_RIGHTS if since <= version)
    rights = [(1 << bits) - 1]
    if version >= _NETWORK_FROM:
        rights.append(_NETWORK)
    if version >= _SCOPES_FROM:
        rights.append(_SCOPES)
    return tuple(rights)


class Ruleset:
    """Everything is taken away but what is given back by `allow`."""

    def __init__(self, kernel: Kernel, version: int) -> None:
        rights = handled(version)
        attributes = (ctypes.c_uint64 * len(rights))(*rights)
        self._kernel = kernel
        self._files = rights[0]
        self.descriptor = kernel.call(
            "landlock_create_ruleset", ctypes.addressof(attributes), ctypes.sizeof(attributes)
        )

    def allow(self, paths: Iterable[str], rights: int) -> None:
        """Give back rights over files, or all below directories; what is not there is left out."""
        for path in paths:
            try:
                descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            try:
                rule = _PathBeneath(rights & self._files, descriptor)
                self._kernel.call(
                    "landlock_add_rule", self.descriptor, _PATH_BENEATH, ctypes.addressof(rule)
                )
            finally:
                os.close(descriptor)


def entering(kernel: Kernel, descriptor: int) -> Prepared:
    """What holds a thread to a ruleset for ever; it must have given up new privileges."""
    return kernel.prepared("landlock_restrict_self", descriptor)


class _PathBeneath(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("descriptor", ctypes.c_int32))
