from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.isolation import Isolation
from fleeting.domain.result import LEGAL, Progress, Record, Status, record_of
from fleeting.domain.result_key import Address

from .make import DIGEST, ERROR, KEY, NOW, SECOND, a_record, a_running_record, a_task

FINAL = [Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.LOST]
LATER = NOW + timedelta(minutes=1)


def moved(record: Record, status: Status) -> Record:
    """The record after the transition to `status`."""
    match status:
        case Status.QUEUED:
            return record.queued()
        case Status.RUNNING:
            return record.running(at=LATER, worker="w")
        case Status.SUCCEEDED:
            return succeeded(record)
        case Status.FAILED:
            return record.failed(at=LATER, error=ERROR)
        case Status.CANCELLED:
            return record.cancelled(at=LATER, error=ERROR)
        case Status.LOST:
            return record.lost(at=LATER, error=ERROR)


def succeeded(record: Record) -> Record:
    return record.succeeded(
        at=LATER, value_bytes=7, run_time=SECOND, isolation=Isolation.PROCESS, output="hello"
    )


def test_statuses_are_those_of_the_contract() -> None:
    assert list(Status) == ["queued", "running", "succeeded", "failed", "cancelled", "lost"]


def test_last_four_statuses_are_final() -> None:
    assert [status for status in Status if status.is_final] == FINAL


def test_nothing_follows_a_final_status_and_nothing_skips_the_run() -> None:
    """The whole table, written once more by hand."""
    table = {
        *product([Status.QUEUED], [Status.RUNNING, Status.FAILED, Status.CANCELLED, Status.LOST]),
        *product([Status.RUNNING], Status),
    }

    assert table == LEGAL


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_only_legal_transitions_take_place(before: Status, after: Status) -> None:
    record = a_record(status=before)

    if (before, after) in LEGAL:
        assert moved(record, after).status is after
    else:
        with pytest.raises(ValueError, match=f"cannot go from {before} to {after}"):
            moved(record, after)


@given(st.lists(st.sampled_from(list(Status)), max_size=12))
def test_version_never_comes_twice_in_the_life_of_a_task(path: list[Status]) -> None:
    """So it can serve as the token of a compare-and-swap."""
    record = a_record()
    versions = [record.version]
    for status in path:
        if (record.status, status) in LEGAL:
            record = moved(record, status)
            versions.append(record.version)

    assert len(versions) == len(set(versions))


def test_version_is_status_and_attempt() -> None:
    assert a_running_record(attempt=2).version == "running:2"


def test_record_lives_at_its_namespace_and_key() -> None:
    assert a_record(namespace="team").address == Address("team", str(KEY))


def test_claim_counts_the_attempt_and_names_the_worker() -> None:
    record = a_record(attempt=1, progress=Progress(done=1)).running(at=LATER, worker="w")

    assert (record.attempt, record.worker, record.started_at) == (2, "w", LATER)
    assert record.progress is None


def test_run_to_be_repeated_waits_without_a_worker_and_says_why() -> None:
    running = a_running_record(progress=Progress(done=1))

    record = running.queued(starts_after=LATER, error=ERROR)

    assert (record.starts_after, record.error) == (LATER, ERROR)
    assert (record.worker, record.progress) == ("", None)
    assert record.attempt == running.attempt


def test_success_tells_of_the_run_and_forgets_earlier_errors() -> None:
    record = succeeded(a_running_record(error=ERROR))

    assert (record.value_bytes, record.run_time) == (7, SECOND)
    assert (record.isolation, record.output) == (Isolation.PROCESS, "hello")
    assert record.error is None


def test_failure_tells_of_the_run() -> None:
    record = a_running_record().failed(
        at=LATER, error=ERROR, run_time=SECOND, isolation=Isolation.PROCESS, output="hello"
    )

    assert (record.error, record.run_time) == (ERROR, SECOND)
    assert (record.isolation, record.output) == (Isolation.PROCESS, "hello")


def test_failure_without_a_run_tells_of_none() -> None:
    record = a_record().failed(at=LATER, error=ERROR)

    assert (record.run_time, record.isolation, record.output) == (None, None, "")


def test_cancellation_keeps_the_output_and_the_mark() -> None:
    record = a_running_record().cancelled(at=LATER, error=ERROR, output="hello")

    assert (record.error, record.output, record.cancel_requested) == (ERROR, "hello", True)


def test_cancellation_in_the_queue_has_no_output() -> None:
    assert a_record().cancelled(at=LATER, error=ERROR).output == ""


def test_lost_task_says_why() -> None:
    assert a_record().lost(at=LATER, error=ERROR).error == ERROR


@pytest.mark.parametrize("status", FINAL)
def test_final_record_lives_for_its_ttl_from_completion(status: Status) -> None:
    record = moved(a_running_record(), status)

    assert record.finished_at == LATER
    assert record.expires_at == record.keep_until == LATER + timedelta(minutes=5)


def test_open_record_outlives_its_deadline_by_its_ttl() -> None:
    assert a_record().keep_until == NOW + timedelta(hours=1, minutes=5)


@pytest.mark.parametrize("status", list(Status))
def test_only_open_tasks_are_overdue(status: Status) -> None:
    record = a_record(status=status)

    assert record.is_overdue(record.deadline + SECOND) == (not status.is_final)


def test_task_is_not_overdue_at_its_deadline() -> None:
    record = a_record()

    assert not record.is_overdue(record.deadline)


def test_first_record_repeats_what_is_known_of_the_task() -> None:
    task = replace(a_task(max_attempts=2, ttl_seconds=7, labels={"team": "blue"}), principal="ann")

    record = record_of(task)

    assert record == Record(
        key=str(KEY),
        function="add",
        source_digest=DIGEST,
        status=Status.QUEUED,
        attempt=0,
        max_attempts=2,
        submitted_at=NOW,
        deadline=task.deadline,
        ttl=timedelta(seconds=7),
        labels={"team": "blue"},
        principal="ann",
    )


def test_first_record_of_a_countdown_says_when_it_starts() -> None:
    assert record_of(a_task(countdown_seconds=60)).starts_after == NOW + timedelta(minutes=1)


def test_first_record_is_in_the_namespace_of_the_task() -> None:
    assert record_of(replace(a_task(), namespace="team")).namespace == "team"


@pytest.mark.parametrize("status", FINAL)
def test_record_survives_its_json(status: Status) -> None:
    record = moved(a_running_record(labels={"a": "b"}, progress=Progress(done=1, note="x")), status)

    assert Record.model_validate_json(record.model_dump_json()) == record


def test_record_of_a_later_release_is_read() -> None:
    data: dict[str, Any] = a_record().model_dump() | {"invented_later": 1}

    assert Record.model_validate(data) == a_record()


def test_fields_that_an_earlier_release_did_not_write_have_plain_meanings() -> None:
    """Defaults are part of what is stored: a record of two releases ago lacks the newer fields."""
    record = a_record(max_attempts=1)

    assert Record.model_validate(record.model_dump(exclude_defaults=True)) == record
    assert (record.status, record.attempt, record.max_attempts) == (Status.QUEUED, 0, 1)
    assert (record.namespace, record.worker, record.output) == ("", "", "")
    assert not record.cancel_requested
    assert Progress(done=1) == Progress(done=1, total=None, note="")
