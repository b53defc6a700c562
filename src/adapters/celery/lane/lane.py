"""Slots that run scripts, fed by the consumer; what they need of Redis is asked for in batches."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Thread
from typing import Any, Final

from ....domain.chunk import CALLS
from ....domain.errors import MalformedMessage
from ....domain.result_key import Address
from ....domain.task import Task
from ..execution import Execution
from .accounts import Accounts
from .appetite import Appetite
from .board import Board
from .chunk import CallMessage, Chunk
from .finisher import Finisher
from .leaving import Leaving
from .loop_calls import LoopCalls
from .pace import Pace
from .parcel import LaneRequest, Parcel, kind_of, note_gone, note_reserved
from .slot_work import SlotWork

_log: Final = logging.getLogger(__name__)

_CLOSE_SECONDS: Final = 1.0
"""How long the end of the lane waits for the store, which may be away."""

_LOOK_SECONDS: Final = 0.02


class Lane:
    """Takes parcels from the consumer's thread, and hands their messages back to it.

    Threads are made on `start`, so that a worker that forks afterwards has none.
    """

    def __init__(self, consumer: Any, task: Any, *, slots: int) -> None:
        self._consumer = consumer
        self._task = task
        self._calls = LoopCalls()
        pace = Pace()
        self._board = Board(slots, pace)
        self._appetite = Appetite(consumer, self._board, pace)
        self._accounts = Accounts(consumer)
        self._leaving = Leaving(
            consumer,
            task,
            calls=self._calls,
            accounts=self._accounts,
            appetite=self._appetite,
            execution=self._execution,
        )
        self._finisher = Finisher(self._execution, self._leaving.conclude)
        self._work = SlotWork(
            self._board,
            pace,
            accounts=self._accounts,
            leaving=self._leaving,
            finisher=self._finisher,
            execution=self._execution,
        )
        self._threads: list[Thread] = []

    @property
    def calls(self) -> LoopCalls:
        """What the event loop has to do for the lane."""
        return self._calls

    @property
    def board(self) -> Board:
        """Whose slots are shared with messages that go Celery's own way."""
        return self._board

    def start(self) -> None:
        """Start the threads, once."""
        if not self._threads:
            works: list[Callable[[], None]] = [
                *(partial(self._work.run, slot) for slot in self._board.slots),
                self._finisher.run,
                self._watch,
                self._leaving.run,
            ]
            self._threads = [
                Thread(target=work, name=f"fleeting-lane-{number}", daemon=True)
                for number, work in enumerate(works)
            ]
            for thread in self._threads:
                thread.start()

    def offer(self, message: Any, task: Task, make_request: Any) -> None:
        """Take a message in; called by the consumer's thread."""
        self._appetite.saw_call()
        self._take_in(message, task, make_request)
        self._appetite.catch_up()

    def offer_chunk(self, message: Any, calls: Sequence[Mapping[str, Any]], make: Any) -> None:
        """Take in what can be run soon of a message with many calls; the rest goes back at once.

        Args:
            message: the chunk.
            calls: each of its calls as a message for it alone.
            make: makes Celery's own request of a message.
        """
        chunk, bare = Chunk(message, len(calls)), message.payload[1][CALLS]
        kept, refused = self._readable(calls)
        end = len(kept) + len(refused)
        errors = self._consumer.connection_errors
        chunk.put_back(bare[end:], _log, errors)
        chunk.put_back_alone(refused, _log, errors)
        self._appetite.saw_chunk(chunk, len(calls), kept=len(kept), is_split=end < len(calls))
        for at, task in kept:
            self._take_in(CallMessage(chunk, bare[at], calls[at]), task, make)

    def _readable(
        self, calls: Sequence[Mapping[str, Any]]
    ) -> tuple[list[tuple[int, Task]], list[Mapping[str, Any]]]:
        """The first calls for which there is room, and those before them that cannot be read."""
        kept: list[tuple[int, Task]] = []
        refused: list[Mapping[str, Any]] = []
        room = 1
        for at, call in enumerate(calls):
            if len(kept) >= room:
                break
            try:
                task = self._task.read(call)
            except MalformedMessage:
                refused.append(call)
                continue
            if not kept:
                # At least one, or a message could go round and round among workers.
                room = max(room, self._board.room(kind_of(task)))
            kept.append((at, task))
        return kept, refused

    def _take_in(self, message: Any, task: Task, make_request: Any) -> None:
        request = LaneRequest(message, self._task, make_request, partial(self._cancel, task))
        note_reserved(request)
        self._accounts.received(request)
        self._board.offer(Parcel(message, task, request))

    def forget(self) -> None:
        """Drop what nobody has claimed: the connection is closing, and the messages go back."""
        for parcel in self._board.clear():
            note_gone(parcel.request)
        self._appetite.forget()

    def close(self, *, wait: bool) -> None:
        """Hand back what has not begun, finish what has ended.

        Called by the consumer's thread when the event loop has ended.

        Args:
            wait: whether what runs is waited for; else it goes on until the process ends.
        """
        self._leaving.give_back(self._board.close())
        while wait and self._board.is_working:
            time.sleep(_LOOK_SECONDS)
        self._finisher.close(_CLOSE_SECONDS)
        if not wait and self._board.is_working:
            self._let_go()
        self._leaving.close()
        self._calls.make()

    def _let_go(self) -> None:
        """Before the messages go back: who gets one of them must not find it claimed."""
        letting_go = Thread(target=self._execution().let_go, daemon=True)
        letting_go.start()
        letting_go.join(_CLOSE_SECONDS)

    def _watch(self) -> None:
        while parcels := self._board.stuck():
            self._leaving.give_back(parcels)

    def _cancel(self, task: Task) -> None:
        self._execution().cancel(Address(task.namespace, task.key))

    def _execution(self) -> Execution:
        execution: Execution = self._task.executions.current()
        return execution
