"""What somebody who follows one task has seen of it, and what a later look shows beyond that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from .errors import InvalidQuery
from .output import Unseen, unseen, unseen_at_end
from .result import Progress, Record, Status

_NOTHING: Final = "new"
_STATUSES: Final = "|".join((_NOTHING, *Status))
POSITION_PATTERN: Final = rf"^({_STATUSES})\.([0-9]{{1,6}})\.([0-9]{{1,15}})$"
"""Of the text of a position: status, attempt, characters of output seen."""

PieceKind = Literal["status", "progress", "output", "result"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """How far somebody has followed a task; as text it is the position of an event."""

    status: Status | None = None
    attempt: int = 0
    characters: int = 0
    """How much of the attempt's output has been seen."""
    progress: Progress | None = None
    """Not in the text: it is said again to who comes back."""

    @classmethod
    def parse(cls, text: str) -> Sighting:
        """Read a position.

        Raises:
            InvalidQuery: it is none.
        """
        match = re.fullmatch(POSITION_PATTERN, text)
        if match is None:
            raise InvalidQuery(
                "after is no position of a task: use the id of an event that it sent"
            )
        status = None if match[1] == _NOTHING else Status(match[1])
        return cls(status, int(match[2]), int(match[3]))

    def __str__(self) -> str:
        return f"{self.status or _NOTHING}.{self.attempt}.{self.characters}"

    @property
    def is_end(self) -> bool:
        """Whether nothing can follow."""
        return self.status is not None and self.status.is_final


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is new."""

    kind: PieceKind
    seen: Sighting
    """Everything up to this piece."""
    output: Unseen | None = None
    """Of kind `output`."""


def pieces(seen: Sighting, record: Record) -> Iterator[Piece]:
    """What `record` shows beyond what was seen, in the order in which it is told.

    `status` when the status has changed or another attempt has begun, `progress` and `output` when
    the run has said something, `result` at the end.
    """
    if record.attempt != seen.attempt:
        seen = Sighting(attempt=record.attempt)
    is_open = not record.status.is_final
    if is_open and record.status is not seen.status:
        seen = replace(seen, status=record.status)
        yield Piece("status", seen)
    output = _output(record, seen.characters)
    if output.text:
        seen = replace(seen, characters=output.end)
        yield Piece("output", seen, output)
    if is_open and record.progress not in (None, seen.progress):
        seen = replace(seen, progress=record.progress)
        yield Piece("progress", seen)
    if not is_open:
        yield Piece("result", replace(seen, status=record.status))


def _output(record: Record, seen: int) -> Unseen:
    if record.status.is_final:
        return unseen_at_end(record.output, seen=seen)
    return unseen(record.output, start=record.output_start, seen=seen)
