"""Keep apart what runs in one process print: each context writes to its own reader."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Final, TextIO

Reader = Callable[[str], None]

_reader: Final[ContextVar[Reader | None]] = ContextVar("reader", default=None)
_lock: Final = Lock()
_routes: Final[list[tuple[TextIO, TextIO]]] = []
"""For as long as anybody reads: the streams of the process, standard output and error."""
_readers: Final[list[Reader]] = []


@contextmanager
def printed_to(reader: Reader) -> Iterator[None]:
    """Give `reader` what this context prints while the block runs, and asyncio tasks of it.

    What other threads print goes where it went before.
    """
    _begin(reader)
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)
        _end(reader)


class _Router(io.TextIOBase):
    """Stands in for a stream of the process."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        reader = _reader.get()
        if reader is None:
            return self._stream.write(text)
        reader(text)
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()


def _begin(reader: Reader) -> None:
    with _lock:
        _readers.append(reader)
        if len(_readers) == 1:
            _routes.append((sys.stdout, sys.stderr))
            sys.stdout, sys.stderr = map(_Router, (sys.stdout, sys.stderr))


def _end(reader: Reader) -> None:
    with _lock:
        _readers.remove(reader)
        if not _readers:
            sys.stdout, sys.stderr = _routes.pop()
