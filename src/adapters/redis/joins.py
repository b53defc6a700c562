"""Where the values of a function may be read with one command, because they are few."""

from __future__ import annotations

from typing import Final

from ...ports.result_store import Slice
from .reading import FEW, Shelf

_MOST: Final = 4096
"""Functions remembered; beyond that all are learnt anew, which costs a round trip each."""


class Joins:
    """Remembers which functions had few values at the last look, and whether the server joins.

    A server may refuse: Redis before 7 does not know SORT_RO, a user may lack the right to it or
    to some keys, a proxy before several shards cannot do it. Then nobody asks again.
    """

    def __init__(self, *, is_possible: bool) -> None:
        self._is_possible = is_possible
        self._few: set[tuple[str, str]] = set()

    def may_serve(self, shelf: Shelf, part: Slice) -> bool:
        """Whether this read can be one command: a whole list that was short."""
        return self._is_possible and _is_whole(part) and _name(shelf) in self._few

    def note(self, shelf: Shelf, part: Slice, count: int) -> None:
        """Learn how many values a list turned out to have."""
        if not self._is_possible or not _is_whole(part):
            return
        if len(self._few) >= _MOST:
            self._few.clear()
        if 0 < count <= FEW:
            self._few.add(_name(shelf))

    def forget(self, shelf: Shelf) -> None:
        """The list has become long."""
        self._few.discard(_name(shelf))

    def give_up(self) -> None:
        """The server does not do it."""
        self._is_possible = False


def _is_whole(part: Slice) -> bool:
    return part.after is None and part.limit is None


def _name(shelf: Shelf) -> tuple[str, str]:
    return shelf.namespace, shelf.function
