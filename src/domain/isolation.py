"""How far a run is kept from everything else."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Isolation(StrEnum):
    """Levels of isolation, from weakest to strongest; they compare in this order."""

    NONE = "none"
    """Inside the calling process: trusted code only; no limit can be enforced."""
    PROCESS = "process"
    """A process of its own with limits; no security boundary."""
    CONFINED = "confined"
    """Also no files, no sockets, no other processes."""
    ISOLATED = "isolated"
    """Also namespaces of its own."""

    @property
    def rank(self) -> int:
        """0 for the weakest level."""
        return _RANKS[self]

    def __lt__(self, other: str) -> bool:
        return self.rank < Isolation(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Isolation(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Isolation(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Isolation(other).rank


_RANKS: Final = {level: rank for rank, level in enumerate(Isolation)}
