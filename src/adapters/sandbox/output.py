"""What a run prints: shown live line by line, kept in bounds, its middle left out."""

from __future__ import annotations

from typing import Final

FLOOD: Final = 16
"""A run that prints so many times what is kept is not worth reading any more, and is ended."""

_LINE: Final = 8192
"""Longest line in bytes that is waited for; what is longer is shown in pieces."""


class Output:
    """Takes what comes from a run's pipe.

    Args:
        max_bytes: how much is kept, half of it from the beginning and half from the end.
    """

    def __init__(self, max_bytes: int) -> None:
        self._half = max_bytes // 2
        self._max = max_bytes
        self._total = 0
        self._head = bytearray()
        self._tail = bytearray()
        self._line = bytearray()
        self._shown = 0

    @property
    def is_flood(self) -> bool:
        """Whether the run is to be ended for what it prints."""
        return self._total > FLOOD * self._max

    def feed(self, data: bytes) -> str:
        """Keep `data`; returns the lines that are whole with it, to be shown at once."""
        self._total += len(data)
        room = self._max - self._half - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        del self._tail[: -self._half or None]
        self._line += data
        end = len(self._line) if len(self._line) > _LINE else self._line.rfind(b"\n") + 1
        return self._show(end)

    def finish(self) -> str:
        """What is left to be shown of a last line without an end."""
        if not self._line:
            return ""
        return self._show(len(self._line))

    @property
    def text(self) -> str:
        """What is kept; a note stands where the middle was."""
        if not self._total:
            return ""
        left_out = self._total - len(self._head) - len(self._tail)
        if not left_out:
            return _decoded(self._head + self._tail)
        return (
            f"{_decoded(self._head)}\n[fleeting: {left_out} bytes left out]\n{_decoded(self._tail)}"
        )

    def _show(self, end: int) -> str:
        piece = self._line[:end]
        del self._line[:end]
        room = max(0, self._max - self._shown)
        self._shown += len(piece)
        if len(piece) <= room:
            return _decoded(piece)
        if not room:
            return ""
        return f"{_decoded(piece[:room])}\n[fleeting: the rest is shown when the run has ended]\n"


def _decoded(data: bytearray) -> str:
    # "?" and not U+FFFD, so that text from arbitrary bytes is no longer than they are.
    return data.decode(errors="replace").replace("\ufffd", "?")
