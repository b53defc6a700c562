"""Chance that repeats itself."""

from __future__ import annotations

import random


class SeededRandomness:
    """`Randomness` whose draws are the same for the same seed: tests alone may use it."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311  # repeatable on purpose

    def unique(self) -> str:
        return f"{self._random.getrandbits(64):016x}"

    def draw(self) -> float:
        return self._random.random()
