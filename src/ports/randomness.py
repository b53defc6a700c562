"""Chance, as the use cases see it."""

from __future__ import annotations

from typing import Protocol


class Randomness(Protocol):
    """Where unique key parts and the jitter of retries come from."""

    def unique(self) -> str:
        """16 lower-case hexadecimal digits that nobody else draws (64 bits of chance)."""
        ...

    def draw(self) -> float:
        """A number in [0, 1)."""
        ...
