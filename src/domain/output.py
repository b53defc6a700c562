"""What a run has printed, as somebody sees it who has seen the beginning already."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

CUT: Final = re.compile(r"\n\[fleeting: (?:(\d+) bytes left out|the rest is shown [a-z ]+)\]\n")
"""What stands in kept output where something was left out, and at the end of what is shown live
where no more of it will be shown before the run has ended."""

_LONGEST_NOTE: Final = 64
"""More characters than the line at the end of what is shown live has."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A piece of output."""

    start: int
    """How many characters came before it."""
    text: str

    @property
    def end(self) -> int:
        """How many characters were printed up to its end."""
        return self.start + len(self.text)


def unseen(text: str, *, start: int, seen: int) -> Unseen:
    """What a look at a run that goes on shows beyond the first `seen` characters.

    Args:
        text: the latest part of the output.
        start: how many characters came before that part.
        seen: how many characters have been seen; those between `seen` and `start` are kept no more.
    """
    first = max(start, seen)
    return Unseen(first, text[first - start :])


def unseen_at_end(text: str, *, seen: int) -> Unseen:
    """What the whole output of an ended run shows beyond its first `seen` characters.

    Where its middle was left out, whole lines around the place that was reached may come again;
    nothing that is kept is missed.
    """
    hole = CUT.search(text)
    if hole is None or seen <= hole.start():
        return unseen(text, start=0, seen=seen)
    left_out = int(hole[1] or 0)
    # One character for each byte at most, and what is shown live ends with a line of its own.
    surely_seen = max(0, seen - _LONGEST_NOTE - hole.start() - left_out)
    at = text.rfind("\n", 0, hole.end() + surely_seen) + 1
    return Unseen(seen, text[at:])
