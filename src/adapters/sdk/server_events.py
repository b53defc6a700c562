"""Read server-sent events from bytes, as the HTML standard says in §9.2.6."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One dispatched event."""

    name: str
    data: str
    position: str = ""
    """The stream's latest `id`: it can be resumed from after this event."""


class EventParser:
    """Feed it bytes as they come; lines end with LF, CR or CRLF, and nothing else.

    (`str.splitlines`, which httpx2 uses for its lines, also breaks at U+2028, which JSON text may
    hold.)
    """

    def __init__(self, last_id: str | None = None) -> None:
        self.last_id = last_id
        """Where the stream can be resumed; an event's id counts once its blank line has come."""
        self.retry_seconds: float | None = None
        """The pause before a reconnection that the server asked for."""
        self._rest = b""
        self._skip_newline = False
        self._is_first = True
        self._name = ""
        self._data: list[str] = []
        self._id = last_id

    def again(self) -> EventParser:
        """A parser for the next connection: what an interrupted one left half said is dropped."""
        fresh = EventParser(self.last_id)
        fresh.retry_seconds = self.retry_seconds
        return fresh

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """The events that `chunk` completes."""
        for line in self._lines(chunk):
            if line:
                self._field(line.decode("utf-8", "replace"))
            elif (event := self._dispatch()) is not None:
                yield event

    def _lines(self, chunk: bytes) -> Iterator[bytes]:
        if self._skip_newline and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._skip_newline = False
        # A CR at the very end ends its line; an LF that follows in the next chunk belongs to it.
        self._skip_newline = self._skip_newline or chunk.endswith(b"\r")
        text = (self._rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, self._rest = text.split(b"\n")
        for line in lines:
            yield line.removeprefix(b"\xef\xbb\xbf") if self._is_first else line
            self._is_first = False

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdecimal():
            self.retry_seconds = int(value) / 1000

    def _dispatch(self) -> ServerEvent | None:
        self.last_id = self._id
        name, data = self._name, self._data
        self._name, self._data = "", []
        return _event(name, data, self.last_id) if data else None


def _event(name: str, data: list[str], position: str | None) -> ServerEvent:
    return ServerEvent(name or "message", "\n".join(data), position or "")
