"""What a worker does with one delivered task: claim, run, judge, store."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..domain.change import Change, Hold, Refused, Snapshot, transition
from ..domain.claim import Drop, End, Run, Wait, decide_claim
from ..domain.errors import IsolationUnavailable, SourceUnknown
from ..domain.isolation import Isolation
from ..domain.limits import Limits
from ..domain.outcome import ErrorInfo
from ..domain.result import Record
from ..domain.result_key import Address
from ..domain.retry import Backoff
from ..domain.task import Task
from ..domain.verdict import judge
from ..ports.clock import Clock
from ..ports.randomness import Randomness
from ..ports.result_store import ResultWriter
from ..ports.runner import Runner, RunReport, RunRequest
from ..ports.source_store import SourceReader
from .insist import insist
from .leases import Held, Leases
from .report import Reporter

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


class ExecuteTask:
    """Brings one delivered task one step further; safe to call from several threads.

    While the store is away it waits, so that a finished run's result is stored once it is back.
    """

    def __init__(
        self,
        *,
        writer: ResultWriter,
        sources: SourceReader,
        runner: Runner,
        leases: Leases,
        clock: Clock,
        randomness: Randomness,
        limits: Limits,
        backoff: Backoff,
        worker: str,
    ) -> None:
        self._writer = writer
        self._sources = sources
        self._runner = runner
        self._leases = leases
        self._clock = clock
        self._randomness = randomness
        self._limits = limits
        self._backoff = backoff
        self._worker = worker

    def __call__(self, task: Task) -> Done | Again:
        """Run the task unless it has ended or somebody else runs it.

        Raises:
            StoreCorrupt: the task's record cannot be read.
            SandboxUnavailable: no process for the run could be started.
        """
        claimed = self._claim(task)
        if not isinstance(claimed, Record):
            return claimed
        hold = Hold(claimed.address, claimed.version)
        with self._leases.hold(hold, lambda: self._runner.stop(_run_id(claimed))) as held:
            report = self._run(task, claimed, hold)
            if held.taken_over:
                return Done()
            return self._finish(task, claimed, report, held)

    def _claim(self, task: Task) -> Record | Done | Again:
        [snapshot] = insist(
            lambda: self._writer.load([Address(task.namespace, task.key)]), self._clock
        )
        while True:
            decision = decide_claim(
                snapshot,
                task,
                worker=self._worker,
                lease=self._leases.lease,
                served=self._leases.served,
            )
            match decision:
                case Drop():
                    return Done()
                case Wait(delay):
                    return Again(delay + _LATE)
                case Run(change) | End(change):
                    refused = self._swap(change)
                    if refused is None:
                        return change.record if isinstance(decision, Run) else Done()
                    snapshot = refused

    def _swap(self, change: Change) -> Snapshot | None:
        """None once the change has taken place, else what stands in its way."""
        [outcome] = insist(lambda: self._writer.store([change]), self._clock)
        if not isinstance(outcome, Refused):
            return None
        # The answer to an earlier try may have been lost after the swap took place.
        return None if outcome.snapshot.record == change.record else outcome.snapshot

    def _run(self, task: Task, record: Record, hold: Hold) -> RunReport:
        in_force = self._runner.isolation
        if task.isolation is not None and task.isolation > in_force:
            return _refused(
                IsolationUnavailable.code,
                f"isolation {task.isolation} is not in force in this worker: it gives {in_force}",
                in_force,
            )
        source = task.source
        if source is None:
            source = insist(lambda: self._sources.get(task.source_digest), self._clock)
        if source is None:
            return _refused(
                SourceUnknown.code,
                f"no source is stored under {task.source_digest[:12]}…: submit the source itself",
                in_force,
            )
        reporter = Reporter(writer=self._writer, clock=self._clock, hold=hold)
        return self._runner.run(self._request(task, record, source), reporter)

    def _request(self, task: Task, record: Record, source: str) -> RunRequest:
        is_limited = self._runner.isolation is not Isolation.NONE
        return RunRequest(
            run_id=_run_id(record),
            digest=task.source_digest,
            source=source,
            function=task.function,
            args=task.args,
            kwargs=task.kwargs,
            timeout=task.timeout if is_limited else None,
            memory_bytes=task.memory_bytes if is_limited else None,
            max_value_bytes=self._limits.max_value_bytes,
            max_output_bytes=self._limits.max_output_bytes,
        )

    def _finish(self, task: Task, record: Record, report: RunReport, held: Held) -> Done | Again:
        now = self._clock.now()
        verdict = judge(
            record,
            report,
            task,
            at=now,
            cancelled=held.cancelled,
            backoff=self._backoff,
            draw=self._randomness.draw(),
        )
        if self._swap(transition(record, verdict.record, now=now, value=verdict.value)) is not None:
            _log.warning("late result of %s refused: the task went on without it", record.key)
            return Done()
        return Done() if verdict.again_after is None else Again(verdict.again_after)


def _run_id(record: Record) -> str:
    return f"{record.namespace}:{record.key}:{record.attempt}"


def _refused(code: str, message: str, in_force: Isolation) -> RunReport:
    return RunReport(error=ErrorInfo(code=code, message=message), isolation=in_force)
