"""Python's memory for objects, taken before anything can come to lie between.

Standard library only, and nothing of it that is not loaded anyway: a library is mapped where the
next arena would be.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_SIZE_FILE: Final = "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"
_LARGEST: Final = 2 << 20
"""Larger pages, as some machines have them, would take more memory than they save time."""

_RESERVED: Final = 6 << 20
"""Bytes: with the first arenas, what a fork server has when nothing is loaded beforehand."""
_BLOCK: Final = 512
"""The largest that Python takes from an arena."""
_ARENA: Final = 20
"""Bits of an address within an arena."""

_kept: Final[dict[int, object]] = {}
"""A block of each arena."""


def large_page() -> int:
    """Bytes of a large page; 0: there is none that is worth it."""
    try:
        with open(_SIZE_FILE, encoding="ascii") as file:  # noqa: PTH123  # pathlib is slow to load
            size = int(file.read())
    except (OSError, ValueError):
        return 0
    return size if size <= _LARGEST else 0


def reserve() -> None:
    """Take arenas side by side, for ever, so that large pages find room in them."""
    if large_page():
        blocks = [bytes(_BLOCK - 33) for _ in range(_RESERVED // _BLOCK)]
        # An arena that holds something stays.
        _kept.update({id(block) >> _ARENA: block for block in blocks})
