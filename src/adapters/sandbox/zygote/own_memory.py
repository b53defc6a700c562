"""What the kernel tells this process about its memory, also when it can open no file any more.

Standard library only.
"""

from __future__ import annotations

import os

from .descriptors import parked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

PAGE: Final = os.sysconf("SC_PAGE_SIZE")

_ALONE: Final = 1 << 56 | 1 << 63
"""Of /proc/self/pagemap: in memory, and of this process alone."""
_ENTRY: Final = 8

_PIECE: Final = 1 << 16


class OwnMemory:
    """The mappings of this process, and their pages."""

    def __init__(self) -> None:
        self._files: tuple[int, ...] = ()
        self.open()

    def open(self, proc: int | None = None) -> None:
        """Ask about the process that this has become; `proc` is a descriptor of /proc."""
        self.close()
        self._files = self._maps, self._pages = (
            self._opened("maps", proc),
            self._opened("pagemap", proc),
        )

    def mappings(self) -> list[tuple[int, int, str, str]]:
        """Begin, end, rights and name of each, in order."""
        os.lseek(self._maps, 0, os.SEEK_SET)
        text = b"".join(iter(lambda: os.read(self._maps, _PIECE), b"")).decode()
        return [_mapping(line) for line in text.splitlines()]

    def snapshot(self) -> Snapshot:
        """Room for a look at all the pages that may be written to."""
        ranges = [(begin, end) for begin, end, rights, _ in self.mappings() if rights == "rw-p"]
        return Snapshot(self._pages, ranges)

    def close(self) -> None:
        """Ask no more."""
        for file in self._files:
            os.close(file)
        self._files = ()

    def _opened(self, name: str, proc: int | None) -> int:
        path = f"/proc/self/{name}" if proc is None else f"self/{name}"
        return parked(os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc))


class Snapshot:
    """A look at pages that changes few of them, being laid out before."""

    def __init__(self, pages: int, ranges: Sequence[tuple[int, int]]) -> None:
        self._pages = pages
        self._ranges = [
            (begin, [bytearray((end - begin) // PAGE * _ENTRY)], begin // PAGE * _ENTRY)
            for begin, end in ranges
        ]

    def take(self) -> None:
        """Look."""
        for _, room, place in self._ranges:
            os.preadv(self._pages, room, place)

    def alone(self) -> Iterator[int]:
        """Addresses of the pages that no other process shared."""
        for begin, (data,), _ in self._ranges:
            for number, entry in enumerate(memoryview(data).cast("Q")):
                if entry & _ALONE == _ALONE:
                    yield begin + number * PAGE


def _mapping(line: str) -> tuple[int, int, str, str]:
    places, rights, _, _, _, *name = line.split(None, 5)
    begin, end = places.split("-")
    return int(begin, 16), int(end, 16), rights, name[0] if name else ""
