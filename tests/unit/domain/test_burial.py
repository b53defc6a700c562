from __future__ import annotations

import pytest

from fleeting.domain.burial import Cause, decide_burial
from fleeting.domain.change import Change, Hold
from fleeting.domain.result import Record, Status

from .make import NOW, SECOND, a_record, a_running_record, a_snapshot

DEAD = "host:7"
CLAIMED = a_running_record(worker=f"{DEAD}:3", attempt=2)


def test_claim_of_a_lost_process_is_let_go_of() -> None:
    snapshot = a_snapshot(CLAIMED, lease_left=SECOND)

    decision = decide_burial(snapshot, worker=DEAD, cause="lost")

    assert decision == Hold(CLAIMED.address, CLAIMED.version)


@pytest.mark.parametrize(
    ("cause", "status", "code"),
    [
        ("cancelled", Status.CANCELLED, "run_cancelled"),
        ("timed_out", Status.FAILED, "run_timed_out"),
    ],
)
def test_task_whose_process_was_ended_on_purpose_ends(
    cause: Cause, status: Status, code: str
) -> None:
    change = decide_burial(a_snapshot(CLAIMED, lease_left=SECOND), worker=DEAD, cause=cause)

    assert isinstance(change, Change)
    assert (change.expected, change.record.status) == (CLAIMED.version, status)
    assert change.record.error is not None
    assert change.record.error.code == code
    assert change.record.finished_at == NOW
    assert not change.only_if_stale


@pytest.mark.parametrize(
    "record",
    [
        None,
        a_record(),
        a_record(status=Status.SUCCEEDED, worker=f"{DEAD}:3"),
        a_running_record(worker="host:71:3"),
        a_running_record(worker="other:7:3"),
    ],
)
@pytest.mark.parametrize("cause", ["lost", "cancelled", "timed_out"])
def test_what_the_process_does_not_hold_is_left_alone(record: Record | None, cause: Cause) -> None:
    assert decide_burial(a_snapshot(record), worker=DEAD, cause=cause) is None
