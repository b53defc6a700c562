"""End a task whose message cannot be run, so that nobody waits for it until its deadline."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ..domain.change import Refused
from ..domain.errors import MalformedMessage
from ..domain.refusal import decide_refusal
from ..ports.clock import Clock
from ..ports.result_store import ResultWriter
from .insist import insist


class RefuseTask:
    """Says in a task's record why its message cannot be run.

    Args:
        writer: where the record is; while it is away, refusing waits.
        clock: for the pauses of that.
        ttl: how long the result of a task lives that was not submitted here.
    """

    def __init__(self, *, writer: ResultWriter, clock: Clock, ttl: timedelta) -> None:
        self._writer = writer
        self._clock = clock
        self._ttl = ttl

    def __call__(self, error: MalformedMessage) -> bool:
        """End the task as failed if it is queued or unknown; whether it was ended.

        Raises:
            StoreCorrupt: the task's record cannot be read.
        """
        address = error.address
        if address is None:
            return False
        [snapshot] = insist(lambda: self._writer.load([address]), self._clock)
        while (change := decide_refusal(snapshot, error, ttl=self._ttl)) is not None:
            [outcome] = insist(partial(self._writer.store, [change]), self._clock)
            if not isinstance(outcome, Refused):
                return True
            snapshot = outcome.snapshot
        return False
