"""Memory in large pages: a fork describes two megabytes at a time instead of each page of them.

What cannot be had is left as it is; forks take longer there. Standard library only.
"""

from __future__ import annotations

import ctypes

from .arenas import large_page
from .mappings import EXECUTE, READ, WRITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from ..policy.kernel import Kernel
    from .own_memory import OwnMemory

_COLLAPSE: Final = 25
"""MADV_COLLAPSE of madvise(2), since Linux 6.1: whatever the system's setting for them is."""

_READ_WRITE: Final = READ | WRITE
_ANYWHERE: Final = 0x22
"""MAP_PRIVATE | MAP_ANONYMOUS of mmap(2)."""
_MOVE: Final = 3
"""MREMAP_MAYMOVE | MREMAP_FIXED of mremap(2)."""
_NO_FILE: Final = -1


class HugePages:
    """The large pages of this process.

    Args:
        kernel: this machine's.
        memory: what it says of this process.
    """

    def __init__(self, kernel: Kernel, memory: OwnMemory) -> None:
        self._kernel = kernel
        self._memory = memory
        self._size = large_page()

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
            and self._call("mprotect", copy, length, READ | EXECUTE)
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


def _address_of_python() -> int:
    address = ctypes.cast(ctypes.pythonapi.PyObject_Malloc, ctypes.c_void_p).value
    return address or 0
