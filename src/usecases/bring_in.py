"""Bring accepted tasks in: record them first, then queue them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..domain.change import Change, Swapped, opening
from ..domain.result import record_of
from ..ports.task_queue import SupportsLetters, TaskQueue
from ..ports.task_records import SupportsPosting, TaskRecords
from .plan import Plan, awaits_message


class BringIn:
    """Records and queues; one task alone in one round trip where one server keeps both.

    A batch takes two: what the second costs is little for each of its tasks.

    Args:
        records: where tasks are recorded.
        queue: where they wait for workers.
        is_one_server: whether both are kept by one server, under one user.
    """

    def __init__(self, *, records: TaskRecords, queue: TaskQueue, is_one_server: bool) -> None:
        self._records = records
        self._queue = queue
        self._posting = records if isinstance(records, SupportsPosting) else None
        self._letters = queue if is_one_server and isinstance(queue, SupportsLetters) else None

    async def __call__(self, plans: Sequence[Plan], *, now: datetime) -> None:
        """Return once every plan is recorded, and queued if any worker is still to see it.

        Raises:
            PortError: store or queue failed; some may have been brought in all the same.
        """
        changes = [opening(record_of(plan.task), now=now) for plan in plans]
        if await self._are_posted(plans, changes):
            return
        told = await self._records.store(changes)
        waiting = [p.task for p, one in zip(plans, told, strict=True) if awaits_message(one)]
        await self._queue.put(waiting)

    async def _are_posted(self, plans: Sequence[Plan], changes: Sequence[Change]) -> bool:
        # A repeat may have been queued before: its record has to say so first.
        if self._posting is None or self._letters is None or len(plans) > 1 or plans[0].is_repeat:
            return False
        letter = self._letters.letter(plans[0].task)
        if letter is None:
            return False
        return isinstance(await self._posting.store_and_post(changes[0], letter), Swapped)
