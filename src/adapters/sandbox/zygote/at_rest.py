"""Extension modules that nobody has imported yet, in one piece that is only read and executed.

A fork describes each mapping anew, and one by one the pages that were ever written to: by the
linker, when it looked up addresses. Sixty modules are a hundred mappings, three hundred such pages.
In a file in memory they are a few mappings, and none of the pages was written to. The variables of
a module lie between its code and the next one's, so they can be part of that only as long as nobody
writes to them. What cannot be had is left as it is. Standard library only.
"""

from __future__ import annotations

import ctypes
import os

from .mappings import EXECUTE, READ, WRITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import BinaryIO, Final, TypeAlias

    from ..policy.kernel import Kernel
    from .own_memory import OwnMemory

    Piece: TypeAlias = tuple[int, int, int]
    """Begin, length, and the rights that it gets."""

_THERE: Final = 0x12
"""MAP_PRIVATE | MAP_FIXED of mmap(2): in place of what was there."""

_SMALL: Final = 512 << 10
"""Bytes: more code or constants than this are cheaper where they are."""


class ModulesAtRest:
    """What is at rest, by file; a module has to be woken up before it is imported.

    Args:
        kernel: this machine's.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._variables: dict[str, list[tuple[int, int]]] = {}
        """Begin and length of what a module writes to."""

    def lay_down(self, memory: OwnMemory, files: Collection[str], apart: Collection[str]) -> None:
        """Put modules to rest; the variables of other libraries move too, and stay variables.

        Args:
            memory: what the kernel says of this process, which must be `alone`.
            files: the modules'; nobody may have imported one.
            apart: files of libraries that do all this.
        """
        pieces = list(self._pieces(memory, files, apart))
        try:
            with open(os.memfd_create("modules", os.MFD_CLOEXEC), "wb") as file:  # noqa: PTH123  # a descriptor
                self._move(pieces, file)
        except OSError:
            # A stricter system; forks take longer there.
            return

    def wake(self, file: str) -> None:
        """Let a module write to its variables.

        Raises:
            OSError: the kernel refuses.
        """
        for begin, length in self._variables.pop(file, ()):
            self._kernel.call("mprotect", begin, length, READ | WRITE)

    def _move(self, pieces: Sequence[Piece], file: BinaryIO) -> None:
        """Let what lies in memory lie in a file; neighbours stay neighbours."""
        for begin, length, _ in pieces:
            file.seek(begin - pieces[0][0])
            file.write((ctypes.c_char * length).from_address(begin))
        file.flush()
        for begin, length, rights in pieces:
            place = begin - pieces[0][0]
            self._kernel.call("mmap", begin, length, rights, _THERE, file.fileno(), place)

    def _pieces(
        self, memory: OwnMemory, files: Collection[str], apart: Collection[str]
    ) -> Iterator[Piece]:
        """What is to be moved, lowest first."""
        for begin, end, rights, name in memory.mappings():
            length = end - begin
            if name in apart or ".so" not in name:
                continue
            if rights == "rw-p":
                if name in files:
                    self._variables.setdefault(name, []).append((begin, length))
                yield begin, length, READ | (EXECUTE if name in files else WRITE)
            elif rights == "r-xp" and name in files and length <= _SMALL:
                yield begin, length, READ | EXECUTE


def alone() -> bool:
    """Whether no other thread could write to what is being moved: a library may have begun one."""
    return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208  # pathlib is slow to load
