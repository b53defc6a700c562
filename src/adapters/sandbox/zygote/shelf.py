"""Much data that all children read and none can change for the others. Standard library only."""

from __future__ import annotations

import fcntl
import io
import mmap
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_SEALS: Final = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


class Shelf:
    """Takes pieces one after the other, then gives them back by where they lie.

    They lie in a sealed file in memory, where the system has such. A fork neither copies nor
    describes a mapping of a file that nobody has written to. Objects of Python it describes page
    by page, twice: when the child is born and when it ends.
    """

    def __init__(self) -> None:
        self._length = 0
        self._pieces = _file_in_memory()
        self._data = memoryview(b"")

    def put(self, data: bytes) -> slice:
        """Add a piece; returns where it lies."""
        begin = self._length
        self._pieces.write(data)
        self._length += len(data)
        return slice(begin, self._length)

    def close(self) -> None:
        """Take no more."""
        with self._pieces as pieces:
            pieces.flush()
            self._data = memoryview(
                pieces.getvalue()
                if isinstance(pieces, io.BytesIO)
                else _sealed(pieces.fileno(), self._length)
            )

    def get(self, where: slice) -> memoryview:
        """A piece, once no more can come."""
        return self._data[where]


def _file_in_memory() -> io.BufferedIOBase:
    try:
        file = os.memfd_create("library", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except OSError:
        # A stricter system; forks take longer there.
        return io.BytesIO()
    return open(file, "wb")  # noqa: PTH123  # a descriptor, which `close` closes


def _sealed(file: int, length: int) -> mmap.mmap:
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, _SEALS)
    # What a process writes here, having asked for the right to, it writes to a copy of its own.
    return mmap.mmap(file, length, mmap.MAP_PRIVATE, mmap.PROT_READ)
