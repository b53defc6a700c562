"""Frames on the channel between a runner and the process of a run: kind, length, payload.

Standard library only, because the sandbox child loads this module too.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Final

JOB: Final = b"J"
"""To the child, once: what to run, as JSON."""
STARTED: Final = b"S"
"""From a child that has to find its way first, once: the script comes next. Empty."""
PROGRESS: Final = b"P"
"""From the child: `[done, total, note]` as JSON."""
KEPT: Final = b"K"
"""From a child that may be kept, before its last word: it can take another job. Empty."""
CONNECT: Final = b"C"
"""From the child: a place that it wants to connect to, as `tcp:host:port`."""
CONNECTED: Final = b"+"
"""To the child, with a descriptor and in place of a frame; else `-` or `!` and why not."""
VALUE: Final = b"V"
"""From the child, as its last word: the JSON of the value."""
ERROR: Final = b"E"
"""From the child, as its last word: the fields of an error as JSON."""

_AT_ONCE: Final = 479
"""Bytes read at first. For more Python asks the system for memory, which in a process that was just
forked costs more than a second reading."""

_HEADER: Final = 5
"""One byte of kind and four of length, the highest first."""


class BadFrame(Exception):
    """What came is no frame, or one that must not come here."""


def frame(kind: bytes, payload: bytes) -> bytes:
    """The bytes of one frame."""
    return kind + len(payload).to_bytes(4, "big") + payload


def read_frame(channel: int) -> bytes:
    """The payload of a frame from a peer that is trusted and sends one at a time: for the child.

    Raises:
        EOFError: the peer has gone.
    """
    data = _some(channel, _AT_ONCE)
    while len(data) < _HEADER:
        data += _some(channel, _AT_ONCE)
    missing = _HEADER + int.from_bytes(data[1:_HEADER], "big") - len(data)
    if missing:
        data += _read(channel, missing)
    return data[_HEADER:]


def write_all(channel: int, data: bytes) -> None:
    """Write to a blocking channel until all is written."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(channel, rest) :]


class FrameReader:
    """Takes frames from a peer that is not trusted, in pieces of any size.

    Args:
        caps: the kinds that may come, each with its longest payload.
    """

    def __init__(self, caps: Mapping[bytes, int]) -> None:
        self._caps = caps
        self._data = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The frames that are whole with `data`; what is left waits for more.

        Raises:
            BadFrame: a header names an unknown kind or a length beyond its cap. It is found
                before a payload is waited for.
        """
        if not self._data:
            # Most answers come in one piece, which is cut up without a copy of its own.
            start = 0
            while len(data) - start >= _HEADER:
                end = start + _HEADER + self._length(data[start : start + _HEADER])
                if len(data) < end:
                    break
                yield data[start : start + 1], data[start + _HEADER : end]
                start = end
            data = data[start:]
        self._data += data
        while len(self._data) >= _HEADER:
            end = _HEADER + self._length(self._data[:_HEADER])
            if len(self._data) < end:
                return
            kind, payload = bytes(self._data[:1]), bytes(self._data[_HEADER:end])
            del self._data[:end]
            yield kind, payload

    def _length(self, header: bytes | bytearray) -> int:
        kind = bytes(header[:1])
        length = int.from_bytes(header[1:], "big")
        if kind not in self._caps:
            raise BadFrame("it answered with a frame of an unknown kind")
        if length > self._caps[kind]:
            raise BadFrame(f"it announced {length} bytes where {self._caps[kind]} are allowed")
        return length


def _read(channel: int, size: int) -> bytes:
    pieces = []
    while size:
        piece = _some(channel, size)
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _some(channel: int, size: int) -> bytes:
    data = os.read(channel, size)
    if not data:
        raise EOFError
    return data
