"""Module texts that this process has asked for lately: a digest names one text for ever."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

from ..ports.source_store import SourceReader

_CHARACTERS: Final = 16 * 1024 * 1024
"""Kept in all; those not asked for for longest go first. A hundred of the longest scripts allowed,
thousands of usual ones."""


class SourceMemory:
    """`SourceReader` that asks another one once for each text; safe to use from any thread."""

    def __init__(self, sources: SourceReader, *, characters: int = _CHARACTERS) -> None:
        self._sources = sources
        self._room = characters
        self._known: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: str) -> str | None:
        with self._lock:
            known = self._known.get(digest)
            if known is not None:
                self._known.move_to_end(digest)
                return known
        text = self._sources.get(digest)
        if text is not None:
            self._keep(digest, text)
        return text

    def _keep(self, digest: str, text: str) -> None:
        with self._lock:
            if digest not in self._known:
                self._known[digest] = text
                self._room -= len(text)
            while self._room < 0:
                _, oldest = self._known.popitem(last=False)
                self._room += len(oldest)
