"""What follows from the way a run ended: a value, a final failure, or another attempt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from .claim import cancelled_error
from .errors import RunProtocolError
from .isolation import Isolation
from .outcome import ErrorInfo
from .result import Record
from .retry import Backoff, decide_retry
from .task import Task
from .text import storable, valid_unicode

_NO_ANSWER: Final = ErrorInfo(code=RunProtocolError.code, message="the run gave no answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """How a run ended: exactly one of `value` and `error` is set."""

    value: bytes | None = None
    """The JSON of the value in UTF-8."""
    error: ErrorInfo | None = None
    output: str = ""
    """What the run printed, up to the limit."""
    run_time: timedelta = timedelta(0)
    """Wall time, the start-up of the run's process included."""
    isolation: Isolation
    """The level that was in force."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The record that follows, the value to store with it, and the pause before another attempt."""

    record: Record
    value: bytes | None = None
    again_after: timedelta | None = None


def judge(
    record: Record,
    report: RunReport,
    task: Task,
    *,
    at: datetime,
    cancelled: bool,
    backoff: Backoff,
    draw: float,
) -> Verdict:
    """Decide what a report means for a task.

    A value counts even if a cancellation came while it was on its way: the work is done.

    Args:
        record: the record of the running attempt.
        report: how that attempt ended.
        task: says which failures it wants repeated.
        at: the end of the run.
        cancelled: whether the run was stopped on request.
        backoff: the delays between attempts.
        draw: a random number in [0, 1) for the jitter of the delay.
    """
    report = _storable(report)
    if report.value is not None:
        return Verdict(_succeeded(record, report, report.value, at), report.value)
    if cancelled:
        return Verdict(record.cancelled(at=at, error=cancelled_error(), output=report.output))
    error = report.error or _NO_ANSWER
    delay = decide_retry(record, error.code, task.retry_on, backoff, draw)
    if delay is not None:
        return Verdict(record.queued(starts_after=at + delay, error=error), again_after=delay)
    return Verdict(
        record.failed(
            at=at,
            error=error,
            run_time=report.run_time,
            isolation=report.isolation,
            output=report.output,
        )
    )


def _storable(report: RunReport) -> RunReport:
    error, output = report.error and storable(report.error), valid_unicode(report.output)
    if (error, output) == (report.error, report.output):
        return report
    return replace(report, output=output, error=error)


def _succeeded(record: Record, report: RunReport, value: bytes, at: datetime) -> Record:
    return record.succeeded(
        at=at,
        value_bytes=len(value),
        run_time=report.run_time,
        isolation=report.isolation,
        output=report.output,
    )
