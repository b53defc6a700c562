"""What was found out about tokens, by their digests: bounded, and only until a given time."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Final, Generic, TypeVar

T = TypeVar("T")

CAPACITY: Final = 10_000
"""Tokens that are remembered, about 1 KiB each. A token that fell out is checked again."""


def digest_of(token: str) -> bytes:
    """What a token is remembered by: the token itself is not kept."""
    return hashlib.sha256(token.encode()).digest()


class Remembered(Generic[T]):
    """The least recently used entries make room for others."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[bytes, tuple[T, float]] = OrderedDict()

    def get(self, digest: bytes, now: float) -> T | None:
        """What is known, if its time has not passed."""
        entry = self._entries.get(digest)
        if entry is None:
            return None
        value, until = entry
        if now >= until:
            del self._entries[digest]
            return None
        self._entries.move_to_end(digest)
        return value

    def keep(self, digest: bytes, value: T, *, until: float) -> None:
        """Remember it."""
        self._entries[digest] = (value, until)
        self._entries.move_to_end(digest)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)
