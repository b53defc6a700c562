"""A signed message runs once: also when it is sent again after its result has expired."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fleeting.domain.claim import Drop, End, Run, Wait, decide_claim
from fleeting.domain.result import Record, Status

from .make import LEASE, NOW, SECOND, a_record, a_snapshot, a_task

TTL = timedelta(seconds=90)
TASK = replace(a_task(ttl_seconds=90), signer="k")


def decide(task, record: Record | None, after: timedelta):
    snapshot = a_snapshot(record, at=NOW + after)
    return decide_claim(snapshot, task, worker="w", lease=LEASE, served=LEASE)


def test_a_young_message_makes_its_own_record() -> None:
    assert isinstance(decide(TASK, None, TTL), Run)


def test_one_that_may_have_run_before_is_lost() -> None:
    decision = decide(TASK, None, TTL + SECOND)

    assert isinstance(decision, End)
    assert (decision.change.expected, decision.change.record.status) == (None, Status.LOST)
    assert decision.change.record.error is not None
    assert "may have been run before" in decision.change.record.error.message


@pytest.mark.parametrize("task", [TASK, replace(TASK, signer="")])
def test_what_is_recorded_may_wait_for_longer(task) -> None:
    record = a_record(ttl=TTL)

    assert isinstance(decide(task, record, 10 * TTL), Run)
    assert isinstance(decide(task, record.lost(at=NOW, error=None), SECOND), Drop)


def test_unsigned_messages_are_not_held_to_it() -> None:
    """Whoever can write to the queue can run them as often as they like anyway."""
    assert isinstance(decide(replace(TASK, signer=""), None, 10 * TTL), Run)


def test_one_with_a_countdown_has_time_after_that() -> None:
    task = replace(a_task(ttl_seconds=90, countdown_seconds=600), signer="k")

    assert isinstance(decide(task, None, timedelta(seconds=600) + TTL), Run)
    assert isinstance(decide(task, None, timedelta(seconds=601) + TTL), End)


def test_one_whose_countdown_was_taken_off_waits_for_it() -> None:
    """Its record could be gone while another copy of it still counts."""
    task = replace(a_task(ttl_seconds=90, countdown_seconds=600), signer="k")

    assert decide(task, None, timedelta(seconds=100)) == Wait(timedelta(seconds=500))
    assert isinstance(decide(task, None, timedelta(seconds=598)), Run)
