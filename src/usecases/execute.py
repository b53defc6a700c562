"""What a worker does with one delivered task: claim, run, judge, store."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import get_ident
from typing import Final

from ..domain.change import Change, Hold, Refused, Snapshot, transition
from ..domain.claim import Decision, Drop, Run, Wait, decide_claim
from ..domain.result import Record
from ..domain.result_key import Address
from ..domain.retry import Backoff
from ..domain.task import Task
from ..domain.verdict import Verdict, judge
from ..ports.clock import Clock
from ..ports.randomness import Randomness
from ..ports.result_store import ResultWriter
from .insist import insist
from .leases import Leases
from .report import Reports
from .run_script import RunScript

_log: Final = logging.getLogger(__name__)

_LATE: Final = timedelta(milliseconds=200)
"""Added to the wait for somebody else's lease, so that it has surely run out by then."""


@dataclass(frozen=True, slots=True)
class Done:
    """The message has served its purpose: acknowledge it."""


@dataclass(frozen=True, slots=True)
class Again:
    """Deliver the message again after `delay`."""

    delay: timedelta


@dataclass(frozen=True, slots=True)
class _Claimed:
    """An attempt that this worker may run."""

    record: Record
    at: datetime
    """When it was claimed, by the store's clock."""
    began: timedelta
    """The same moment as `Clock.elapsed` tells it."""

    @property
    def run_id(self) -> str:
        return f"{self.record.namespace}:{self.record.key}:{self.record.attempt}"


class ExecuteTask:
    """Brings one delivered task one step further; safe to call from several threads.

    While the store is away it waits, so that a finished run's result is stored once it is back.
    """

    def __init__(
        self,
        *,
        writer: ResultWriter,
        run_script: RunScript,
        leases: Leases,
        reports: Reports,
        clock: Clock,
        randomness: Randomness,
        backoff: Backoff,
        worker: str,
    ) -> None:
        self._writer = writer
        self._run_script = run_script
        self._leases = leases
        self._reports = reports
        self._clock = clock
        self._randomness = randomness
        self._backoff = backoff
        self._worker = worker

    def __call__(self, task: Task) -> Done | Again:
        """Run the task unless it has ended or somebody else runs it.

        Raises:
            StoreCorrupt: the task's record cannot be read.
        """
        claimed = self._claim(task)
        return self._perform(task, claimed) if isinstance(claimed, _Claimed) else claimed

    def _claim(self, task: Task) -> _Claimed | Done | Again:
        [snapshot] = insist(
            lambda: self._writer.load([Address(task.namespace, task.key)]), self._clock
        )
        while True:
            began, decision = self._clock.elapsed(), self._decide(snapshot, task)
            if isinstance(decision, Drop):
                return Done()
            if isinstance(decision, Wait):
                return Again(decision.delay + _LATE)
            refused = self._swap(decision.change)
            if refused is None:
                is_run = isinstance(decision, Run)
                return _Claimed(decision.change.record, snapshot.at, began) if is_run else Done()
            snapshot = refused

    def _decide(self, snapshot: Snapshot, task: Task) -> Decision:
        return decide_claim(
            snapshot,
            task,
            # A thread does one task at a time, so that no two claims are alike.
            worker=f"{self._worker}:{get_ident()}",
            lease=self._leases.lease,
            served=self._leases.served,
        )

    def _swap(self, change: Change) -> Snapshot | None:
        """None once the change has taken place, else what stands in its way."""
        [outcome] = insist(lambda: self._writer.store([change]), self._clock)
        if not isinstance(outcome, Refused):
            return None
        # The answer to an earlier try may have been lost after the swap took place.
        return None if outcome.snapshot.record == change.record else outcome.snapshot

    def _perform(self, task: Task, claimed: _Claimed) -> Done | Again:
        hold = Hold(claimed.record.address, claimed.record.version)
        stop = partial(self._run_script.stop, claimed.run_id)
        with self._leases.hold(hold, stop) as held, self._reports.open(hold) as reporter:
            report = self._run_script(task, claimed.run_id, reporter)
            if held.taken_over:
                return Done()
            # By the store's clock, as the start: this machine's may be wrong.
            ended = claimed.at + (self._clock.elapsed() - claimed.began)
            verdict = judge(
                claimed.record.model_copy(update={"progress": reporter.progress}),
                report,
                task,
                at=ended,
                cancelled=held.cancelled,
                backoff=self._backoff,
                draw=self._randomness.draw(),
            )
            return self._store(claimed.record, verdict, ended)

    def _store(self, running: Record, verdict: Verdict, at: datetime) -> Done | Again:
        if self._swap(transition(running, verdict.record, now=at, value=verdict.value)) is not None:
            _log.warning("late result of %s refused: the task went on without it", running.key)
            return Done()
        return Done() if verdict.again_after is None else Again(verdict.again_after)
