"""How messages leave the lane: acknowledged, delivered again later, or handed back for others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Any, Final

from ....usecases.execute import Again, Done
from ..execution import Execution
from ..streams.polling import StreamPolling
from .accounts import Accounts
from .appetite import Appetite
from .chunk import hand_back
from .loop_calls import LoopCalls
from .parcel import Parcel, note_gone

_log: Final = logging.getLogger(__name__)


class Leaving:
    """Safe to call from any thread; what takes the consumer's thread is left to it."""

    def __init__(
        self,
        consumer: Any,
        task: Any,
        *,
        calls: LoopCalls,
        accounts: Accounts,
        appetite: Appetite,
        execution: Callable[[], Execution],
    ) -> None:
        self._consumer = consumer
        self._task = task
        self._calls = calls
        self._accounts = accounts
        self._appetite = appetite
        self._execution = execution
        self._delayed: SimpleQueue[tuple[Parcel, Again | Exception] | None] = SimpleQueue()

    def conclude(self, outcomes: Sequence[tuple[Parcel, Done | Again | Exception]]) -> None:
        """See to the messages of what has been brought to an end."""
        done = []
        for parcel, outcome in outcomes:
            if isinstance(outcome, Done):
                self._accounts.succeeded(parcel.request, parcel.task.key)
                done.append(parcel)
            else:
                self.delay(parcel, outcome)
        if done:
            _tell(done)
            self.acknowledge(done)

    def acknowledge(self, parcels: Sequence[Parcel]) -> None:
        """Be done with messages."""
        for parcel in parcels:
            note_gone(parcel.request)
        channel = self._stream_channel()
        if channel is None:
            self._calls.add(partial(self._acknowledge, parcels))
            self._calls.add(self._appetite.adjust)
            return
        self._acknowledge(parcels)
        # While messages are waited for, the next one has the room adjusted: an event loop that
        # wakes up for nothing costs as much as a short run.
        if self._appetite.is_closed or not channel.is_asking:
            self._calls.add(self._appetite.adjust)
        self._appetite.note_left()

    def delay(self, parcel: Parcel, outcome: Again | Exception) -> None:
        """Have a message delivered again later."""
        self._delayed.put((parcel, outcome))

    def give_back(self, parcels: Sequence[Parcel]) -> None:
        """Have other workers run these."""
        claims = [parcel.claimed for parcel in parcels if parcel.claimed is not None]
        # What stays claimed is delivered again all the same, and waits for its lease.
        if claims:
            self._execution().give_up(claims)
        if parcels:
            _log.debug("handing %d message(s) back", len(parcels))
            self._calls.add(partial(self._requeue, parcels))

    def run(self) -> None:
        """Deliver delayed messages again, until `close`; a thread's work."""
        while (delayed := self._delayed.get()) is not None:
            parcel, outcome = delayed
            if self._task.deliver_again(parcel.request, parcel.task, outcome):
                self._accounts.retried(parcel.request)
                self.acknowledge([parcel])
            else:
                self._calls.add(partial(self._requeue, [parcel]))

    def close(self) -> None:
        """End `run`."""
        self._delayed.put(None)

    def _stream_channel(self) -> StreamPolling | None:
        """Where messages come from if that is a stream: then any thread may acknowledge them."""
        consumer = self._consumer.task_consumer
        channel = None if consumer is None else consumer.channel
        return channel if isinstance(channel, StreamPolling) else None

    def _acknowledge(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            parcel.message.ack_log_error(_log, self._consumer.connection_errors)

    def _requeue(self, parcels: Sequence[Parcel]) -> None:
        self._appetite.adjust()
        messages = [parcel.message for parcel in parcels]
        hand_back(messages, _log, self._consumer.connection_errors)
        for parcel in parcels:
            note_gone(parcel.request)


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
