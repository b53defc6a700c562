"""The filter of system calls: laid out once, installed in each child. Standard library only."""

from __future__ import annotations

import ctypes
import os
import struct

from .bpf import ALLOWED, EQUAL, always, encoded, program
from .numbers import NEWEST, numbers
from .rules import ARCHITECTURES, ARGUED, KNOWN, OPENING, OWN_PID, PLAIN, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from .bpf import Block, Instruction
    from .kernel import Kernel

_SET_MODE_FILTER: Final = 1
"""seccomp(2)."""

_PID: Final = struct.Struct("<I")


def blocks(
    machine: str, files: str, more: Mapping[str, Block] | None = None
) -> Mapping[int, Block]:
    """The rules by system call number.

    Args:
        machine: as `os.uname` calls it.
        files: a key of `rules.OPENING`.
        more: rules that hold instead of those that all share.
    """
    rules = {**dict.fromkeys(PLAIN, always(ALLOWED)), **ARGUED, **OPENING[files], **(more or {})}
    known = numbers(machine)
    return {known[name]: block for name, block in rules.items() if name in known}


def instructions(
    machine: str, files: str, more: Mapping[str, Block] | None = None
) -> tuple[Instruction, ...]:
    """The whole filter, with `rules.OWN_PID` in place of the child's own number."""
    return program(
        blocks(machine, files, more),
        architecture=ARCHITECTURES[machine],
        newest=NEWEST,
        known=KNOWN,
        unknown=UNKNOWN,
    )


class Filter:
    """A filter in memory; a child only writes its own number into it and hands it over."""

    def __init__(self, kernel: Kernel, files: str, more: Mapping[str, Block] | None = None) -> None:
        lines = instructions(kernel.machine, files, more)
        self._pids = [
            8 * at + 4 for at, line in enumerate(lines) if line[0] == EQUAL and line[3] == OWN_PID
        ]
        self._program = Program(kernel, encoded(lines))

    def install(self) -> None:
        """Hold this process to it for ever; it must have given up new privileges.

        Raises:
            OSError: the kernel refuses.
        """
        for place in self._pids:
            _PID.pack_into(self._program.lines, place, os.getpid())
        self._program.install()


class Program:
    """The lines of a filter where the kernel can read them."""

    def __init__(self, kernel: Kernel, lines: bytes) -> None:
        self._kernel = kernel
        self.lines = ctypes.create_string_buffer(lines, len(lines))
        self._described = _Described(len(lines) // 8, ctypes.addressof(self.lines))
        self._address = ctypes.addressof(self._described)

    def install(self) -> None:
        """Hold this process to it for ever.

        Raises:
            OSError: the kernel refuses.
        """
        self._kernel.call("seccomp", _SET_MODE_FILTER, 0, self._address)


class _Described(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))
