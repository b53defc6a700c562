"""Claim delivered tasks: believe first, look where the store refuses, decide again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Final

from ..domain.change import Change, Hold, Refused, Snapshot, Swapped
from ..domain.claim import Decision, Drop, Run, Wait, decide_claim, presume_claim
from ..domain.result_key import Address
from ..domain.task import Task
from ..ports.clock import Clock
from ..ports.result_store import ResultWriter
from .insist import insist
from .leases import Leases
from .run_script import RunScript
from .source_guard import SourceGuard
from .steps import Again, Claimed, Done, run_id_of
from .store_time import StoreTime

_LATE: Final = timedelta(milliseconds=200)
"""Added to the wait for somebody else's lease, so that it has surely run out by then."""


@dataclass(frozen=True, slots=True)
class Presumed:
    """Claims that are made without looking."""

    began: timedelta
    """When, as `Clock.elapsed` tells it."""
    pairs: Sequence[tuple[Task, Change | None]]
    """Of each task its claim; None: it has to be looked at."""

    @property
    def changes(self) -> list[Change]:
        """What is to be stored."""
        return [change for _, change in self.pairs if change is not None]


class ClaimTasks:
    """Decides for each delivered task whether this worker runs it; waits while the store is away.

    Safe to call from several threads.
    """

    def __init__(
        self,
        *,
        writer: ResultWriter,
        run_script: RunScript,
        leases: Leases,
        clock: Clock,
        time: StoreTime,
        worker: str,
        guard: SourceGuard,
    ) -> None:
        self._writer = writer
        self._run_script = run_script
        self._leases = leases
        self._clock = clock
        self._time = time
        self._worker = worker
        self._guard = guard
        self._count = count(1)

    def __call__(self, tasks: Sequence[Task]) -> list[Claimed | Done | Again]:
        """Answer in the order of `tasks`: claimed, or what becomes of the message.

        One round trip for all tasks that are as their submission left them.

        Raises:
            StoreCorrupt: a task's record cannot be read; the claims of others may have been made,
                and run out with their lease.
        """
        presumed = self.presume(tasks)
        changes = presumed.changes
        return self.conclude(presumed, self._store(changes) if changes else [])

    def presume(self, tasks: Sequence[Task]) -> Presumed:
        """What is to be stored, for who stores it along with other changes; then `conclude`."""
        return Presumed(self._clock.elapsed(), [(task, self._presume(task)) for task in tasks])

    def conclude(
        self, presumed: Presumed, outcomes: Sequence[Swapped | Refused]
    ) -> list[Claimed | Done | Again]:
        """What becomes of the tasks, given what became of the changes; raises as a call does."""
        told = iter(outcomes)
        if outcomes:
            self._learn(outcomes[-1])
        return [
            self._look(task)
            if change is None
            else self._conclude(task, change, next(told), presumed.began)
            for task, change in presumed.pairs
        ]

    def _presume(self, task: Task) -> Change | None:
        at = self._time.now()
        if at is None or self._guard.quarantine_of(task) is not None:
            return None
        return presume_claim(task, at=at, worker=self._name(), lease=self._leases.lease)

    def _look(self, task: Task) -> Claimed | Done | Again:
        began = self._clock.elapsed()
        [snapshot] = insist(
            lambda: self._writer.load([Address(task.namespace, task.key)]), self._clock
        )
        self._time.learn(snapshot.at)
        return self._decide(task, snapshot, began)

    def _decide(self, task: Task, snapshot: Snapshot, began: timedelta) -> Claimed | Done | Again:
        decision = self._decision(task, snapshot)
        if not isinstance(decision, Drop | Wait) and self._guard.is_enough(snapshot):
            decision = self._decision(task, snapshot)
        if isinstance(decision, Drop):
            return Done()
        if isinstance(decision, Wait):
            return Again(decision.delay + _LATE)
        [outcome] = self._store([decision.change])
        self._learn(outcome)
        if not isinstance(decision, Run) and _has_taken_place(decision.change, outcome):
            return Done()
        return self._conclude(task, decision.change, outcome, began)

    def _decision(self, task: Task, snapshot: Snapshot) -> Decision:
        return decide_claim(
            snapshot,
            task,
            worker=self._name(),
            lease=self._leases.lease,
            served=self._leases.served,
            quarantine=self._guard.quarantine_of(task),
        )

    def _conclude(
        self, task: Task, change: Change, outcome: Swapped | Refused, began: timedelta
    ) -> Claimed | Done | Again:
        if isinstance(outcome, Refused) and not _has_taken_place(change, outcome):
            return self._decide(task, outcome.snapshot, self._clock.elapsed())
        record = change.record
        hold = Hold(record.address, record.version)
        held = self._leases.take(hold, partial(self._run_script.stop, run_id_of(record)))
        return Claimed(task, record, record.started_at or task.submitted_at, began, held)

    def _store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        return insist(lambda: self._writer.store(changes), self._clock)

    def _learn(self, outcome: Swapped | Refused) -> None:
        self._time.learn(outcome.at if isinstance(outcome, Swapped) else outcome.snapshot.at)

    def _name(self) -> str:
        """No two claims are alike, so that a claim whose answer was lost is known again."""
        return f"{self._worker}:{next(self._count)}"


def _has_taken_place(change: Change, outcome: Swapped | Refused) -> bool:
    """Also where the answer to an earlier try was lost after the swap took place."""
    return isinstance(outcome, Swapped) or outcome.snapshot.record == change.record
