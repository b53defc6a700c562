from __future__ import annotations

from typing import Any

from fleeting.domain.isolation import Isolation
from fleeting.domain.outcome import ErrorInfo
from fleeting.domain.result import Status
from fleeting.domain.retry import Backoff
from fleeting.domain.verdict import Verdict, judge

from .make import ERROR, NOW, SECOND, a_report, a_running_record, a_task

LATER = NOW + SECOND
RUNNING = a_running_record()


def judged(*, cancelled: bool = False, retry_on: tuple[str, ...] = (), **facts: Any) -> Verdict:
    return judge(
        RUNNING,
        a_report(**facts),
        a_task(retry_on=list(retry_on)),
        at=LATER,
        cancelled=cancelled,
        backoff=Backoff(),
        draw=0.5,
    )


def test_value_is_stored_with_a_record_of_success() -> None:
    verdict = judged(
        value=b"[1]", output="hello", isolation=Isolation.CONFINED, run_time=2 * SECOND
    )

    assert (verdict.value, verdict.again_after) == (b"[1]", None)
    assert verdict.record == RUNNING.succeeded(
        at=LATER,
        value_bytes=3,
        run_time=2 * SECOND,
        isolation=Isolation.CONFINED,
        output="hello",
    )


def test_value_counts_although_a_cancellation_came_while_it_was_on_its_way() -> None:
    verdict = judged(value=b"1", cancelled=True)

    assert (verdict.record.status, verdict.value) == (Status.SUCCEEDED, b"1")


def test_run_that_was_stopped_on_request_is_cancelled() -> None:
    verdict = judged(
        error=ErrorInfo(code="run_cancelled", message="stopped"), cancelled=True, output="hello"
    )

    assert verdict.record.status is Status.CANCELLED
    assert verdict.record.finished_at == LATER
    assert verdict.record.output == "hello"
    assert verdict.record.error is not None
    assert verdict.record.error.message == "the task was cancelled on request"
    assert (verdict.value, verdict.again_after) == (None, None)


def test_cancelled_run_is_not_repeated_whatever_it_died_of() -> None:
    verdict = judged(error=ERROR, cancelled=True, retry_on=("raised",))

    assert (verdict.record.status, verdict.again_after) == (Status.CANCELLED, None)


def test_failure_is_final_unless_asked_otherwise() -> None:
    verdict = judged(error=ERROR, output="hello", isolation=Isolation.CONFINED, run_time=2 * SECOND)

    assert (verdict.value, verdict.again_after) == (None, None)
    assert verdict.record == RUNNING.failed(
        at=LATER,
        error=ERROR,
        run_time=2 * SECOND,
        isolation=Isolation.CONFINED,
        output="hello",
    )


def test_failure_to_be_repeated_waits_in_the_queue() -> None:
    verdict = judged(error=ERROR, retry_on=("raised",))

    assert verdict.again_after == 0.5 * SECOND
    assert verdict.record == RUNNING.queued(starts_after=LATER + 0.5 * SECOND, error=ERROR)
    assert verdict.value is None


def test_report_that_says_nothing_is_a_failure() -> None:
    verdict = judged()

    assert verdict.record.status is Status.FAILED
    assert verdict.record.error == ErrorInfo(
        code="run_protocol_error", message="the run gave no answer"
    )


def test_words_of_a_script_are_made_storable() -> None:
    """Else a script with a lone surrogate in its exception could never be recorded as failed."""
    verdict = judged(error=ErrorInfo(code="script_raised", message="\ud800"), output="\udfff")

    assert verdict.record.output == "\\udfff"
    assert verdict.record.error == ErrorInfo(code="script_raised", message="\\ud800")
