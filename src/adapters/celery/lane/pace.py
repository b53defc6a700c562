"""How long calls take, as far as is known: what batches and prefetching are measured by."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

Kind = tuple[str, str]
"""Digest of the source and name of the function: calls of one kind take about as long."""

_KINDS: Final = 1024
"""Kinds remembered; those not seen for longest are forgotten."""

_RISE: Final = 0.5
_FALL: Final = 0.1
"""Weights of a longer and of a shorter call: better to take too few at once than too many."""


class Pace:
    """Moving averages of run times in seconds, by kind and of all calls together.

    Written by slots, read by all threads; a figure that is a moment old does no harm.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[Kind, float] = OrderedDict()
        self._all: float | None = None

    def observe(self, kind: Kind, seconds: float) -> None:
        """Take one run into account."""
        self._known[kind] = _moved(self._known.get(kind), seconds)
        self._all = _moved(self._all, seconds)
        while len(self._known) > _KINDS:
            self._known.popitem(last=False)

    def expected(self, kind: Kind) -> float | None:
        """Seconds that a call of this kind will probably take; None: there was none yet."""
        return self._known.get(kind)

    def ahead(self, kind: Kind, seconds: float, *, most: int) -> int:
        """How many calls of this kind probably fit into `seconds`; at least one."""
        expected = self._known.get(kind)
        return 1 if expected is None else max(1, min(most, int(seconds / max(expected, 1e-6))))

    def fitting(self, seconds: float, *, most: int) -> int:
        """How many calls of any kind probably fit into `seconds`; at least one."""
        if self._all is None:
            return 1
        return max(1, min(most, int(seconds / max(self._all, 1e-6))))


def _moved(mean: float | None, seconds: float) -> float:
    if mean is None:
        return seconds
    return mean + (_RISE if seconds > mean else _FALL) * (seconds - mean)
