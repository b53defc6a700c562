"""How much more the consumer takes: what the slots will run soon, less what is in hand."""

from __future__ import annotations

from typing import Any

from .board import Board
from .chunk import Chunk
from .pace import Pace
from .room import Room


class Appetite:
    """Keeps Celery's prefetch count at what the lane can do with it.

    For the consumer's thread, but for `note_left`.
    """

    def __init__(self, consumer: Any, board: Board, pace: Pace) -> None:
        self._consumer = consumer
        self._board = board
        self._pace = pace
        self._room = Room(len(board.slots))
        self._chunks: list[Chunk] = []
        self._few = 0
        """How many calls may wait when more are taken, once a chunk had too many."""
        self._is_due = False

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is taken for a while."""
        return self._room.is_closed

    def saw_call(self) -> None:
        """A message with one call has come."""
        self._room.saw_call()

    def saw_chunk(self, chunk: Chunk, calls: int, *, kept: int, is_split: bool) -> None:
        """A message with so many calls has come, of which some are kept."""
        self._chunks.append(chunk)
        self._few = kept // 2
        self._room.saw_chunk(calls, is_split=is_split)
        self._resize()

    def note_left(self) -> None:
        """Messages have left the lane; any thread may say so."""
        self._is_due = True

    def catch_up(self) -> None:
        """Adjust if messages have left."""
        if self._is_due:
            self._resize()

    def adjust(self) -> None:
        """Take more if most of what was taken has been run."""
        if self._room.is_closed and self._board.waiting() <= self._few:
            self._room.reopen()
        self._resize()

    def forget(self) -> None:
        """Start anew with the next connection; calls that were begun stay here."""
        self._chunks = [chunk for chunk in self._chunks if chunk.is_begun]
        self._room.forget()

    def _resize(self) -> None:
        self._is_due = False
        self._chunks = [chunk for chunk in self._chunks if chunk.open]
        surplus = sum(chunk.open - 1 for chunk in self._chunks)
        stuck = self._board.busy()
        self._room.adjust(self._consumer.qos, self._pace, stuck=stuck, surplus=surplus)
