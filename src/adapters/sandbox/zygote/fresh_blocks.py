"""Free memory that lies together: a child that makes its first objects changes fewer pages.

Standard library only.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Final

_POOL: Final = 1 << 14
_HEAD: Final = 48
"""Bytes of a pool of Python's allocator, which holds blocks of one size, and of its head."""

_STEP: Final = 16
_LARGEST: Final = 512
"""Sizes of blocks go up by steps; what is larger comes from the system."""

_AT_ONCE: Final = 8
_MOST: Final = 1 << 18
"""Bytes for one size, after which it is given up: another allocator may be in use."""


def fill_up() -> Sequence[object]:
    """Objects in all the places that are left between others, to be kept for ever.

    Of each size the next block is then one of the first of its pool, on the page of the pool's
    head, which changes with each.
    """
    kept: list[object] = []
    for size, make in _kinds():
        for _ in range(_MOST // size // _AT_ONCE):
            blocks = [make() for _ in range(_AT_ONCE)]
            kept += blocks
            if _is_begun([id(block) % _POOL for block in blocks], size):
                break
    return kept


def _kinds() -> Iterator[tuple[int, Callable[[], object]]]:
    """Something of each size that nobody looks after but the allocator."""
    yield 16, object
    yield 32, lambda: complex(0, 1)
    for size in range(48, _LARGEST + 1, _STEP):
        yield size, lambda length=size - 33: bytes(length)  # type: ignore[misc]  # has a default


def _is_begun(places: Sequence[int], size: int) -> bool:
    """Whether a pool begins among these, one after the other."""
    if _HEAD not in places:
        return False
    first = places.index(_HEAD)
    return all(place == _HEAD + number * size for number, place in enumerate(places[first:]))
