"""The machine's chance."""

from __future__ import annotations

import random
import secrets


class SystemRandomness:
    """`Randomness` on the operating system."""

    def unique(self) -> str:
        return secrets.token_hex(8)

    def draw(self) -> float:
        # Jitter is no secret, so the fast generator will do.
        return random.random()  # noqa: S311
