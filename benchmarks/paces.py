"""How fast platforms were found to be: what the next drain and the load are chosen by."""

from __future__ import annotations

from typing import Final

from .platform import Platform
from .platforms import CELERY

_LEAST: Final = 8
"""Fewer tasks than this show no rate at all."""


class Paces:
    """What each platform reached in its latest drain: how long the next one shall be."""

    def __init__(self) -> None:
        self._found: dict[str, float] = {}

    def note(self, platform: Platform, rate: float) -> None:
        """Remember the rate of a drain."""
        self._found[platform.name] = rate

    def count(self, platform: Platform, seconds: float) -> int:
        """So many tasks keep its workers busy for about so long."""
        return max(round(self._found.get(platform.name, platform.pace) * seconds), _LEAST)

    def half_load(self, platform: Platform) -> float:
        """Half of what it drains, and no more than half of what stock Celery does.

        One load for all who can carry it, because a caller brings the same tasks to any of them.
        """
        own = self._found[platform.name]
        return min(own, self._found.get(CELERY.name, own)) / 2
