"""Run one claimed task and judge how it ended; storing that is another step."""

from __future__ import annotations

from ..domain.change import transition
from ..domain.result import Progress
from ..domain.retry import Backoff
from ..domain.verdict import RunReport, judge
from ..ports.clock import Clock
from ..ports.randomness import Randomness
from .leases import Held
from .report import Reports
from .run_script import RunScript
from .steps import Claimed, Ended


class PerformRun:
    """Runs scripts of claimed tasks; safe to call from several threads."""

    def __init__(
        self,
        *,
        run_script: RunScript,
        reports: Reports,
        clock: Clock,
        randomness: Randomness,
        backoff: Backoff,
    ) -> None:
        self._run_script = run_script
        self._reports = reports
        self._clock = clock
        self._randomness = randomness
        self._backoff = backoff

    def __call__(self, claimed: Claimed) -> Ended:
        """Run the task, unless it was cancelled or taken over since it was claimed."""
        held = claimed.held
        if _is_lost(held):
            return Ended(claimed, None)
        with self._reports.open(held.hold) as reporter:
            report = (
                RunReport(isolation=self._run_script.isolation)
                if held.cancelled
                else self._run_script(
                    claimed.task, claimed.run_id, reporter, is_over=lambda: _is_over(held)
                )
            )
        if _is_lost(held):
            return Ended(claimed, None)
        return self._judged(claimed, report, reporter.progress)

    def _judged(self, claimed: Claimed, report: RunReport, progress: Progress | None) -> Ended:
        # By the store's clock, as the start: this machine's may be wrong.
        ended = claimed.at + (self._clock.elapsed() - claimed.began)
        record = claimed.record
        if progress != record.progress:
            record = record.model_copy(update={"progress": progress})
        verdict = judge(
            record,
            report,
            claimed.task,
            at=ended,
            cancelled=claimed.held.cancelled,
            backoff=self._backoff,
            draw=self._randomness.draw(),
        )
        change = transition(claimed.record, verdict.record, now=ended, value=verdict.value)
        return Ended(claimed, change, verdict.again_after)


def _is_over(held: Held) -> bool:
    return held.cancelled or held.taken_over


def _is_lost(held: Held) -> bool:
    """Asked anew each time, as other threads write it."""
    return held.taken_over
