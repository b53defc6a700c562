"""One round trip between two batches of runs: what has ended is stored, what is next is claimed."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.task import Task
from ..ports.clock import Clock
from ..ports.result_store import ResultWriter
from .claim_tasks import ClaimTasks
from .insist import insist
from .settle import SettleRuns
from .steps import Again, Claimed, Done, Ended

Settled = list[Done | Again]
Claims = list[Claimed | Done | Again]


class TakeTurn:
    """What `SettleRuns` and `ClaimTasks` do, one after the other, at the cost of one of them."""

    def __init__(
        self, *, writer: ResultWriter, settle: SettleRuns, claim: ClaimTasks, clock: Clock
    ) -> None:
        self._writer = writer
        self._settle = settle
        self._claim = claim
        self._clock = clock

    def __call__(self, ends: Sequence[Ended], tasks: Sequence[Task]) -> tuple[Settled, Claims]:
        """Store each end, then claim each task; answers in the order of both.

        Raises:
            StoreCorrupt: a record cannot be read or written. Nothing is known of the others:
                settling again does no harm, and claims that were made run out with their lease.
        """
        presumed = self._claim.presume(tasks)
        changes = [*self._settle.changes(ends), *presumed.changes]
        outcomes = insist(lambda: self._writer.store(changes), self._clock) if changes else []
        stored = len(changes) - len(presumed.changes)
        settled = self._settle.conclude(ends, outcomes[:stored])
        return settled, self._claim.conclude(presumed, outcomes[stored:])
