from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.domain.errors import MalformedMessage
from fleeting.domain.outcome import ErrorInfo
from fleeting.domain.refusal import decide_refusal
from fleeting.domain.result import Record, Status

from .make import NOW, a_record, a_running_record, a_snapshot

TTL = timedelta(minutes=5)
ERROR = MalformedMessage("args: is no list")


def test_a_queued_task_fails_with_the_reason() -> None:
    queued = a_record()

    change = decide_refusal(a_snapshot(queued), ERROR, ttl=TTL)

    assert change is not None
    assert (change.expected, change.record.status) == (queued.version, Status.FAILED)
    assert change.record.error is not None
    assert (change.record.error.code, change.record.error.message) == (
        "malformed_message",
        "args: is no list",
    )
    assert change.keep == queued.ttl


def test_a_task_that_was_not_submitted_here_gets_a_record() -> None:
    change = decide_refusal(a_snapshot(None), ERROR, ttl=TTL)

    assert change is not None
    record = change.record
    assert (change.expected, change.keep) == (None, TTL)
    assert (record.status, record.function, record.submitted_at) == (Status.FAILED, "add", NOW)
    assert record.expires_at == NOW + TTL


@pytest.mark.parametrize(
    "record",
    [a_running_record(), a_record().lost(at=NOW, error=ErrorInfo.of(ERROR))],
    ids=["running", "ended"],
)
def test_a_task_that_has_begun_or_ended_is_left_alone(record: Record) -> None:
    assert decide_refusal(a_snapshot(record), ERROR, ttl=TTL) is None
