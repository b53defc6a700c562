"""What this process remembers of the sources it has read lately."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..domain.inline_metadata import NOTHING, Needs
from ..domain.source import SourceOutline

SIZE: Final = 512
"""Outlines remembered by one process; an outline is small, the text itself is not kept."""


@dataclass(slots=True)
class Shelved:
    """The outline of a source, and when this process last stored its text."""

    outline: SourceOutline
    needs: Needs = NOTHING
    stored: timedelta | None = None
    """`Clock.elapsed` at that moment; None: not by this process."""


class Shelf:
    """The most recently used outlines, by digest."""

    def __init__(self) -> None:
        self._outlines: OrderedDict[str, Shelved] = OrderedDict()

    def get(self, digest: str) -> Shelved | None:
        """The outline under `digest`, if it is remembered."""
        shelved = self._outlines.get(digest)
        if shelved is not None:
            self._outlines.move_to_end(digest)
        return shelved

    def put(self, digest: str, outline: SourceOutline, needs: Needs = NOTHING) -> Shelved:
        """Remember an outline; the one that was not used for longest is forgotten for it."""
        shelved = self._outlines[digest] = Shelved(outline, needs)
        if len(self._outlines) > SIZE:
            self._outlines.popitem(last=False)
        return shelved
