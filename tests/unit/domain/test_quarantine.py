from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.domain.limits import Limits
from fleeting.domain.quarantine import (
    Loss,
    Quarantine,
    SourceName,
    decide_quarantine,
    loss_in,
    quarantined,
)

from .make import DIGEST, NOW, SECOND, a_record, a_running_record, a_snapshot

SOURCE = SourceName("", DIGEST)
RAN_OUT = -SECOND


def a_loss(began: int, noticed: int, *, task: int = 0) -> Loss:
    return Loss(SOURCE, f"task-{task}", 1, NOW + began * SECOND, NOW + noticed * SECOND)


def in_a_row(count: int, *, tasks: int) -> list[Loss]:
    """Losses that end when the next one begins."""
    return [a_loss(10 * n, 10 * n + 10, task=n % tasks) for n in range(count)]


def decide(losses: list[Loss], **limits: object) -> Quarantine | None:
    return decide_quarantine(losses, Limits.model_validate(limits), at=NOW)


def test_claim_that_ran_out_is_a_loss() -> None:
    record = a_running_record(attempt=2)

    loss = loss_in(a_snapshot(record, at=NOW + 30 * SECOND, lease_left=RAN_OUT))

    assert loss == Loss(SOURCE, record.key, 2, NOW, NOW + 30 * SECOND)


def test_claim_that_its_worker_let_go_of_is_no_loss() -> None:
    """As when it is told to stop."""
    assert loss_in(a_snapshot(a_running_record(), lease_left=None)) is None


@pytest.mark.parametrize("record", [None, a_record()])
def test_what_did_not_run_is_no_loss(record: object) -> None:
    assert loss_in(a_snapshot(record, lease_left=RAN_OUT)) is None  # type: ignore[arg-type]


def test_claim_without_its_start_counts_from_the_submission() -> None:
    loss = loss_in(a_snapshot(a_running_record(started_at=None), lease_left=RAN_OUT))

    assert loss is not None
    assert loss.began == a_record().submitted_at


def test_three_losses_in_a_row_by_two_tasks_are_enough() -> None:
    quarantine = decide(in_a_row(3, tasks=2), quarantine_time_seconds=60)

    assert quarantine == Quarantine(SOURCE, 3, 2, since=NOW, until=NOW + timedelta(minutes=1))


def test_their_order_does_not_matter() -> None:
    assert decide(in_a_row(3, tasks=2)[::-1]) is not None


def test_two_losses_are_not_enough() -> None:
    assert decide(in_a_row(2, tasks=2)) is None


def test_one_task_is_not_enough() -> None:
    """Its attempts are counted already."""
    assert decide(in_a_row(9, tasks=1)) is None


def test_losses_at_the_same_time_count_once() -> None:
    """A machine with many runs of a source went down, or a deployment killed all workers."""
    assert decide([a_loss(n, 100, task=n) for n in range(50)]) is None


def test_losses_that_overlap_one_another_count_only_as_far_as_they_do_not() -> None:
    long = a_loss(0, 1000, task=9)

    quarantine = decide([long, *in_a_row(3, tasks=2)])

    assert quarantine is not None
    assert (quarantine.losses, quarantine.tasks) == (3, 3)


def test_how_many_are_enough_is_a_setting() -> None:
    assert decide(in_a_row(3, tasks=2), quarantine_losses=4) is None
    assert decide(in_a_row(4, tasks=2), quarantine_losses=4) is not None


def test_quarantine_can_be_turned_off() -> None:
    assert decide(in_a_row(9, tasks=3), quarantine_losses=0) is None


def test_error_says_until_when_and_what_to_do() -> None:
    quarantine = Quarantine(SOURCE, 3, 2, since=NOW, until=NOW)

    message = quarantined(quarantine).message

    assert "until 2026-11-20T12:00:00Z" in message
    assert "3 times" in message
    assert f"fleeting quarantine lift {DIGEST[:12]}" in message
