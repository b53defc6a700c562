"""Make result keys that sort as they were made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from ..domain.result_key import ResultKey
from ..ports.clock import Clock
from ..ports.randomness import Randomness

_STEP_BITS: Final = 40
"""Chance in each step within a millisecond: nobody can tell the next key from the last one, and
2^23 steps fit into the half of the range that the first draw leaves free."""


class KeyMint:
    """Makes the keys of one process, each after all before it.

    Keys sort by their milliseconds, and tasks submitted in one batch share one. So within a
    millisecond the unique part goes up in random steps, as in monotonic ULIDs
    (github.com/ulid/spec), and a clock that is set back does not take the keys back with it.
    """

    def __init__(self, *, clock: Clock, randomness: Randomness) -> None:
        self._clock = clock
        self._randomness = randomness
        self._at: datetime | None = None
        self._unique = 0

    def key(self, function: str) -> ResultKey:
        """The next key, for a task of `function`."""
        at = self._clock.now()
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        drawn = int(self._randomness.unique(), 16)
        if self._at is None or at > self._at:
            self._at = at
            self._unique = drawn >> 1
        else:
            self._unique += (drawn >> (64 - _STEP_BITS)) + 1
            if self._unique >= 1 << 64:
                self._at += timedelta(milliseconds=1)
                self._unique = drawn >> 1
        return ResultKey.make(function, self._at, f"{self._unique:016x}")
