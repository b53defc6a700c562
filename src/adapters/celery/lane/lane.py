"""Slots that run scripts, fed by the consumer; what they need of Redis is asked for in batches."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

from ....domain.chunk import CALLS
from ....domain.errors import MalformedMessage
from ....domain.result_key import Address
from ....domain.task import Task
from ....usecases.execute import Again, Claimed, Done
from ..execution import Execution
from ..streams.polling import StreamPolling
from .accounts import Accounts
from .board import Board, Slot
from .chunk import CallMessage, Chunk, hand_back
from .finisher import Finisher
from .loop_calls import LoopCalls
from .pace import Pace
from .parcel import LaneRequest, Parcel, kind_of, note_gone, note_reserved
from .room import Room

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
        self._pace = Pace()
        self._board = Board(slots, self._pace)
        self._room = Room(slots)
        self._finisher = Finisher(self._execution, self._conclude)
        self._delayed: SimpleQueue[tuple[Parcel, Again | Exception] | None] = SimpleQueue()
        self._accounts = Accounts(consumer)
        self._threads: list[Thread] = []
        self._chunks: list[Chunk] = []
        self._few = 0
        """How many calls may wait when more are taken, once a chunk had too many."""
        self._is_resize_due = False

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
                *(partial(self._work, slot) for slot in self._board.slots),
                self._finisher.run,
                self._watch,
                self._delay,
            ]
            self._threads = [
                Thread(target=work, name=f"fleeting-lane-{number}", daemon=True)
                for number, work in enumerate(works)
            ]
            for thread in self._threads:
                thread.start()

    def offer(self, message: Any, task: Task, make_request: Any) -> None:
        """Take a message in; called by the consumer's thread."""
        self._room.saw_call()
        self._take_in(message, task, make_request)
        if self._is_resize_due:
            self._resize()

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
        self._chunks.append(chunk)
        self._few = len(kept) // 2
        self._room.saw_chunk(len(calls), is_split=end < len(calls))
        self._resize()
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
        self._chunks = [chunk for chunk in self._chunks if chunk.is_begun]
        self._room.forget()

    def close(self, *, wait: bool) -> None:
        """Hand back what has not begun, finish what has ended.

        Called by the consumer's thread when the event loop has ended.

        Args:
            wait: whether what runs is waited for; else it goes on until the process ends.
        """
        self._return(self._board.close())
        while wait and self._board.is_working:
            time.sleep(_LOOK_SECONDS)
        self._finisher.close(_CLOSE_SECONDS)
        if not wait and self._board.is_working:
            self._let_go()
        self._delayed.put(None)
        self._calls.make()

    def _let_go(self) -> None:
        """Before the messages go back: who gets one of them must not find it claimed."""
        letting_go = Thread(target=self._execution().let_go, daemon=True)
        letting_go.start()
        letting_go.join(_CLOSE_SECONDS)

    def _work(self, slot: Slot) -> None:
        while work := self._board.take(slot):
            try:
                self._step(slot, work)
            except Exception:  # noqa: BLE001 - a slot that ended would be missing for good
                _log.exception("a slot failed over %s", work[0].task.key)

    def _step(self, slot: Slot, work: Sequence[Parcel]) -> None:
        claimed = work[0].claimed
        if claimed is None:
            self._claim(slot, work)
        else:
            self._run(slot, work[0], claimed)

    def _claim(self, slot: Slot, parcels: Sequence[Parcel]) -> None:
        alive = [parcel for parcel in parcels if not self._is_revoked(parcel)]
        try:
            outcomes = self._execution().claim([parcel.task for parcel in alive])
        except Exception as exc:  # noqa: BLE001 - one that cannot be read must not hold up others
            if len(alive) == 1:
                self._delayed.put((alive[0], exc))
            else:
                for parcel in alive:
                    self._claim(slot, [parcel])
            return
        ready = []
        for parcel, outcome in zip(alive, outcomes, strict=True):
            if isinstance(outcome, Claimed):
                parcel.claimed = outcome
                ready.append(parcel)
            else:
                self._finisher.finish(parcel, outcome)
        self._board.put(slot, ready)

    def _run(self, slot: Slot, parcel: Parcel, claimed: Claimed) -> None:
        self._accounts.started(parcel.request)
        began = time.monotonic()
        try:
            ended = self._execution().perform(claimed)
        except Exception as exc:  # noqa: BLE001 - whatever it is, the message must not be lost
            self._execution().abandon(claimed)
            self._delayed.put((parcel, exc))
            return
        self._pace.observe(parcel.kind, time.monotonic() - began)
        if self._board.has_more(slot):
            self._finisher.put(parcel, ended)
        else:
            slot.is_finishing = True
            self._finisher.finish(parcel, ended)

    def _is_revoked(self, parcel: Parcel) -> bool:
        """Celery's own revocation of what has not begun: the message is dropped, as ever."""
        from celery.worker import state

        if parcel.request.id not in state.revoked:
            return False
        self._accounts.revoked(parcel.request)
        self._done([parcel])
        return True

    def _conclude(self, outcomes: Sequence[tuple[Parcel, Done | Again | Exception]]) -> None:
        done = []
        for parcel, outcome in outcomes:
            if isinstance(outcome, Done):
                self._accounts.succeeded(parcel.request, parcel.task.key)
                done.append(parcel)
            else:
                self._delayed.put((parcel, outcome))
        if done:
            _tell(done)
            self._done(done)

    def _done(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            note_gone(parcel.request)
        channel = self._stream_channel()
        if channel is None:
            self._calls.add(partial(self._acknowledge, parcels))
            self._calls.add(self._adjust)
            return
        self._acknowledge(parcels)
        # While messages are waited for, the next one has the room adjusted: an event loop that
        # wakes up for nothing costs as much as a short run.
        if self._room.is_closed or not channel.is_asking:
            self._calls.add(self._adjust)
        self._is_resize_due = True

    def _stream_channel(self) -> StreamPolling | None:
        """Where messages come from if that is a stream: then any thread may acknowledge them."""
        consumer = self._consumer.task_consumer
        channel = None if consumer is None else consumer.channel
        return channel if isinstance(channel, StreamPolling) else None

    def _acknowledge(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            parcel.message.ack_log_error(_log, self._consumer.connection_errors)

    def _watch(self) -> None:
        while parcels := self._board.stuck():
            self._return(parcels)

    def _return(self, parcels: Sequence[Parcel]) -> None:
        """Have other workers run these."""
        claims = [parcel.claimed for parcel in parcels if parcel.claimed is not None]
        # What stays claimed is delivered again all the same, and waits for its lease.
        if claims:
            self._execution().give_up(claims)
        if parcels:
            _log.debug("handing %d message(s) back", len(parcels))
            self._calls.add(partial(self._requeue, parcels))

    def _requeue(self, parcels: Sequence[Parcel]) -> None:
        self._adjust()
        messages = [parcel.message for parcel in parcels]
        hand_back(messages, _log, self._consumer.connection_errors)
        for parcel in parcels:
            note_gone(parcel.request)

    def _adjust(self) -> None:
        if self._room.is_closed and self._board.waiting() <= self._few:
            self._room.reopen()
        self._resize()

    def _resize(self) -> None:
        self._is_resize_due = False
        self._chunks = [chunk for chunk in self._chunks if chunk.open]
        surplus = sum(chunk.open - 1 for chunk in self._chunks)
        stuck = self._board.busy()
        self._room.adjust(self._consumer.qos, self._pace, stuck=stuck, surplus=surplus)

    def _delay(self) -> None:
        while (delayed := self._delayed.get()) is not None:
            parcel, outcome = delayed
            if self._task.deliver_again(parcel.request, parcel.task, outcome):
                self._accounts.retried(parcel.request)
                self._done([parcel])
            else:
                self._calls.add(partial(self._requeue, [parcel]))

    def _cancel(self, task: Task) -> None:
        self._execution().cancel(Address(task.namespace, task.key))

    def _execution(self) -> Execution:
        execution: Execution = self._task.executions.current()
        return execution


def _tell(parcels: Sequence[Parcel]) -> None:
    """One line for all that ended together: a line each would cost as much as the run."""
    last = parcels[-1]
    if len(parcels) == 1:
        _log.info("Task %s[%s] succeeded: %r", last.request.name, last.request.id, last.task.key)
    else:
        _log.info(
            "%d tasks %s succeeded, the last of them %r",
            len(parcels),
            last.request.name,
            last.task.key,
        )
