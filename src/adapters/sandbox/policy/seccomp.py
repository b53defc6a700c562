"""The filter of system calls: laid out once, installed in each child. Standard library only."""

from __future__ import annotations

import ctypes

from .bpf import ALLOWED, EQUAL, always, encoded, program
from .kernel import make
from .numbers import NEWEST, numbers
from .rules import ARCHITECTURES, ARGUED, KNOWN, OPENING, OWN_PID, PLAIN, SERVER, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final

    from .bpf import Block, Instruction
    from .kernel import Kernel

_SET_MODE_FILTER: Final = 1
"""seccomp(2)."""


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


def of_server(machine: str, files: str) -> tuple[Instruction, ...]:
    """The part of the filter that holds for the fork server too, and is inherited by its children.

    A filter costs a child as much as it is long: the kernel compiles it for each.
    """
    known = numbers(machine)
    allowed = {known[name]: always(ALLOWED) for name in SERVER if name in known}
    return program(
        {**blocks(machine, files), **allowed},
        architecture=ARCHITECTURES[machine],
        newest=NEWEST,
        known=KNOWN,
        unknown=UNKNOWN,
    )


def of_child(
    machine: str, files: str, more: Mapping[str, Block] | None = None
) -> tuple[Instruction, ...]:
    """The rest: with `of_server` it decides as `instructions` does."""
    known = numbers(machine)
    rules = blocks(machine, files, more)
    return program(
        {known[name]: rules.get(known[name], always(KNOWN)) for name in SERVER if name in known},
        architecture=ARCHITECTURES[machine],
        newest=NEWEST,
        known=ALLOWED,
        unknown=ALLOWED,
    )


class Filter:
    """A filter in memory; a child only writes its own number into it and hands it over."""

    def __init__(self, kernel: Kernel, lines: Sequence[Instruction]) -> None:
        # Held on to: the kernel reads it where it lies.
        self._program = Program(kernel, encoded(lines))
        self._words = memoryview(self._program.lines).cast("B").cast("I")
        self._pids = [
            2 * at + 1 for at, line in enumerate(lines) if line[0] == EQUAL and line[3] == OWN_PID
        ]
        self.installing = self._program.installing
        """What holds a process to it for ever; it must have given up new privileges."""

    def install(self) -> None:
        """Hold this process to it; raises as `Program.install`."""
        self._program.install()

    def name(self, pid: int) -> None:
        """Say whose filter it is, before it is installed."""
        for place in self._pids:
            self._words[place] = pid


class Program:
    """The lines of a filter where the kernel can read them."""

    def __init__(self, kernel: Kernel, lines: bytes) -> None:
        self.lines = ctypes.create_string_buffer(lines, len(lines))
        self._described = _Described(len(lines) // 8, ctypes.addressof(self.lines))
        self.installing = kernel.prepared(
            "seccomp", _SET_MODE_FILTER, 0, ctypes.addressof(self._described)
        )
        """What holds a process to them for ever."""

    def install(self) -> None:
        """Hold this process to them for ever.

        Raises:
            OSError: the kernel refuses.
        """
        make([self.installing])


class _Described(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))
