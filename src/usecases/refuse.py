"""End a task whose message cannot be run, so that nobody waits for it until its deadline."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from ..domain.audit import AuditEvent
from ..domain.change import Refused, Snapshot
from ..domain.errors import MalformedMessage, TaskNotTrusted
from ..domain.refusal import decide_refusal
from ..ports.audit_log import AuditLog
from ..ports.clock import Clock
from ..ports.result_store import ResultWriter
from .insist import insist

_ACTION: Final = "runTask"


class RefuseTask:
    """Says in a task's record why its message cannot be run; safe to call from several threads.

    Args:
        writer: where the record is; while it is away, refusing waits.
        clock: for the pauses of that.
        ttl: how long the result of a task lives that was not submitted here.
        audit: hears of messages that are not trusted; None: nobody does.
        count: told of each message, by what was wrong with it; None: nobody counts.
    """

    def __init__(
        self,
        *,
        writer: ResultWriter,
        clock: Clock,
        ttl: timedelta,
        audit: AuditLog | None = None,
        count: Callable[[str], None] | None = None,
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._ttl = ttl
        self._audit = audit
        self._count = count

    def __call__(self, error: MalformedMessage) -> bool:
        """End the task as failed if it is queued or unknown; whether it was ended.

        Where the message names its task in two ways, those that are queued are ended; unless there
        are such, each way gets a record.

        Raises:
            StoreCorrupt: the task's record cannot be read.
        """
        self._note(error)
        if error.address is None:
            return False
        snapshots = insist(partial(self._writer.load, [error.address, *error.also]), self._clock)
        recorded = [snapshot for snapshot in snapshots if snapshot.record is not None]
        ended = [self._end(snapshot, error) for snapshot in recorded or snapshots]
        return any(ended)

    def _end(self, snapshot: Snapshot, error: MalformedMessage) -> bool:
        while (change := decide_refusal(snapshot, error, ttl=self._ttl)) is not None:
            [outcome] = insist(partial(self._writer.store, [change]), self._clock)
            if not isinstance(outcome, Refused):
                return True
            snapshot = outcome.snapshot
        return False

    def _note(self, error: MalformedMessage) -> None:
        if self._count is not None:
            self._count(error.reason if isinstance(error, TaskNotTrusted) else "malformed")
        if isinstance(error, TaskNotTrusted) and self._audit is not None:
            self._audit.record(_event(error))


def _event(error: TaskNotTrusted) -> AuditEvent:
    places = [*([] if error.address is None else [error.address]), *error.also]
    return AuditEvent(
        action=_ACTION,
        outcome="denied",
        reason=error.message,
        namespace=places[0].namespace if places else "",
        functions=tuple(dict.fromkeys(place.function for place in places)),
        keys=tuple(dict.fromkeys(place.key for place in places)),
    )
