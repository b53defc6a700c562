"""Refuse submissions while too much waits, so that what was accepted is run in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from ..domain.backlog import Backlog, check_backlog, drain_rate
from ..domain.limits import Limits
from ..ports.clock import Clock
from ..ports.task_queue import SupportsBacklog
from ..ports.task_records import SupportsOpenCount
from .glance import Glance


class Backpressure:
    """Looks at the queue at most once a second, for all requests.

    Args:
        queue: what is looked at; one that cannot tell how much waits takes whatever comes.
        records: tell how many tasks have not ended, if they can.
        limits: how much may wait.
        clock: tells how old the knowledge is, and how fast the queue gets shorter.
    """

    def __init__(
        self, queue: object, *, records: object = None, limits: Limits, clock: Clock
    ) -> None:
        self._records = records if isinstance(records, SupportsOpenCount) else None
        self._limits = limits
        self._clock = clock
        self._seen: tuple[Backlog, timedelta] | None = None
        self._drained: float | None = None
        self._glance = (
            Glance[Backlog | None](
                partial(self._look, queue), None, clock=clock, what="the length of the queue"
            )
            if isinstance(queue, SupportsBacklog)
            else None
        )

    async def check(self) -> None:
        """Return if tasks may be submitted.

        Raises:
            QueueFull: too much waits; says when to come back.
        """
        if not self._limits.max_queued and not self._limits.max_queue_age:
            return
        backlog = await self.backlog()
        if backlog is not None:
            check_backlog(backlog, self._limits, drained=self._drained)

    async def backlog(self) -> Backlog | None:
        """What waits; None: that cannot be known."""
        return None if self._glance is None else await self._glance()

    async def _look(self, queue: SupportsBacklog) -> Backlog:
        found = await queue.backlog()
        if self._records is not None:
            found = replace(found, open_tasks=await self._records.open_count())
        now = self._clock.elapsed()
        if self._seen is not None:
            before, at = self._seen
            self._drained = drain_rate(before, found, now - at)
        self._seen = found, now
        return found
