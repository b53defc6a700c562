"""Memory in large pages: a fork describes two megabytes at a time instead of each page of them.

What cannot be had is left as it is; forks take longer there. Standard library only.
"""

from __future__ import annotations

import ctypes
import mmap
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from ..policy.kernel import Kernel
    from .own_memory import OwnMemory

_SIZE_FILE: Final = "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"
_LARGEST: Final = 2 << 20
"""Larger pages, as some machines have them, would take more memory than they save time."""

_COLLAPSE: Final = 25
"""MADV_COLLAPSE of madvise(2), since Linux 6.1: whatever the system's setting for them is."""

_READ_WRITE: Final = mmap.PROT_READ | mmap.PROT_WRITE
_ANYWHERE: Final = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
_THERE: Final = _ANYWHERE | 0x100000
"""MAP_FIXED_NOREPLACE of mmap(2): there or nowhere."""
_MOVE: Final = 3
"""MREMAP_MAYMOVE | MREMAP_FIXED of mremap(2)."""
_NO_FILE: Final = -1

_ARENAS: Final = 6 << 20
"""Bytes for Python's objects: what a fork server has when nothing is loaded beforehand."""
_BLOCK: Final = 512
"""The largest that Python takes from an arena."""


class HugePages:
    """The large pages of this process.

    Args:
        kernel: this machine's.
        memory: what it says of this process.
    """

    def __init__(self, kernel: Kernel, memory: OwnMemory) -> None:
        self._kernel = kernel
        self._memory = memory
        self._size = _size()

    def reserve(self) -> None:
        """Have Python take memory for its objects where large pages can lie; to be done early."""
        if self._size and self._fills_gap():
            blocks = [bytes(_BLOCK - 33) for _ in range(_ARENAS // _BLOCK)]
            # An arena that holds something stays.
            self._kept = list({id(block) >> 20: block for block in blocks}.values())

    def collapse(self) -> None:
        """Move what lies where a large page can into one."""
        if not self._size:
            return
        for begin, end, rights, name in self._memory.mappings():
            if rights == "rw-p" and name in ("", "[heap]"):
                for place in self._places(begin, end):
                    self._collapse(place, self._size)
            elif rights == "r-xp" and begin <= _address_of_python() < end:
                self._move(begin, end)

    def _fills_gap(self) -> bool:
        """Take what lies above the next place for a large page, so that arenas begin there."""
        for (*_, name), (begin, *_) in pairwise(self._memory.mappings()):
            if name == "[heap]":
                rest = begin % self._size
                return not rest or self._call(
                    "mmap", begin - rest, rest, _READ_WRITE, _THERE, _NO_FILE
                )
        return False

    def _move(self, begin: int, end: int) -> None:
        """Move the code of Python into large pages: children would map it anew, bit by bit."""
        places = self._places(begin, end)
        if not places:
            return
        length = len(places) * self._size
        try:
            room = self._kernel.call(
                "mmap", 0, length + self._size, _READ_WRITE, _ANYWHERE, _NO_FILE
            )
        except OSError:
            return
        copy = room + -room % self._size
        ctypes.memmove(copy, places.start, length)
        is_there = (
            self._collapse(copy, length)
            and self._call("mprotect", copy, length, mmap.PROT_READ | mmap.PROT_EXEC)
            and self._call("mremap", copy, length, length, _MOVE, places.start)
        )
        if not is_there:
            self._free(copy, copy + length)
        self._free(room, copy)
        self._free(copy + length, room + length + self._size)

    def _free(self, begin: int, end: int) -> None:
        if end > begin:
            self._call("munmap", begin, end - begin)

    def _places(self, begin: int, end: int) -> range:
        return range(begin + -begin % self._size, end - end % self._size, self._size)

    def _collapse(self, place: int, length: int) -> bool:
        return self._call("madvise", place, length, _COLLAPSE)

    def _call(self, name: str, *arguments: int) -> bool:
        try:
            self._kernel.call(name, *arguments)
        except OSError:
            return False
        return True


def _size() -> int:
    """Bytes of a large page; 0: there is none that is worth it."""
    try:
        with open(_SIZE_FILE, encoding="ascii") as file:  # noqa: PTH123  # pathlib is slow to load
            size = int(file.read())
    except (OSError, ValueError):
        return 0
    return size if size <= _LARGEST else 0


def _address_of_python() -> int:
    address = ctypes.cast(ctypes.pythonapi.PyObject_Malloc, ctypes.c_void_p).value
    return address or 0
