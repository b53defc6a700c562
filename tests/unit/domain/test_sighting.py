from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fleeting.domain.errors import InvalidQuery
from fleeting.domain.isolation import Isolation
from fleeting.domain.result import Progress, Record, Status
from fleeting.domain.sighting import Sighting, pieces

from .make import NOW, a_record

QUEUED = a_record()
RUNNING = QUEUED.running(at=NOW, worker="w")
SAID = RUNNING.model_copy(update={"output": "one\n"})


def ended(record: Record, **facts: Any) -> Record:
    given: dict[str, Any] = {
        "at": NOW,
        "value_bytes": 1,
        "run_time": timedelta(0),
        "isolation": Isolation.PROCESS,
        "output": "one\ntwo\n",
    }
    return record.succeeded(**given | facts)


def told(seen: Sighting, record: Record) -> list[tuple[str, str | None, str]]:
    return [
        (piece.kind, piece.output and piece.output.text, str(piece.seen))
        for piece in pieces(seen, record)
    ]


def after(seen: Sighting, record: Record) -> Sighting:
    for piece in pieces(seen, record):
        seen = piece.seen
    return seen


def test_a_task_is_told_from_its_present() -> None:
    assert told(Sighting(), QUEUED) == [("status", None, "queued.0.0")]


def test_a_run_tells_its_status_its_output_and_its_progress() -> None:
    record = SAID.model_copy(update={"progress": Progress(done=1)})

    assert told(Sighting.parse("queued.0.0"), record) == [
        ("status", None, "running.1.0"),
        ("output", "one\n", "running.1.4"),
        ("progress", None, "running.1.4"),
    ]


@pytest.mark.parametrize("record", [QUEUED, RUNNING, SAID])
def test_what_was_seen_is_not_told_again(record: Record) -> None:
    assert told(after(Sighting(), record), record) == []


def test_progress_is_told_when_it_has_changed() -> None:
    half = RUNNING.model_copy(update={"progress": Progress(done=1)})
    seen = after(Sighting(), half)

    assert told(seen, half) == []
    whole = RUNNING.model_copy(update={"progress": Progress(done=2)})
    assert [kind for kind, *_ in told(seen, whole)] == ["progress"]


def test_a_later_look_tells_the_lines_after_the_ones_seen() -> None:
    later = RUNNING.model_copy(update={"output": "two\n", "output_start": 4})

    assert told(after(Sighting(), SAID), later) == [("output", "two\n", "running.1.8")]


def test_the_end_tells_the_rest_of_the_output_and_the_result() -> None:
    assert told(after(Sighting(), SAID), ended(RUNNING)) == [
        ("output", "two\n", "running.1.8"),
        ("result", None, "succeeded.1.8"),
    ]


def test_an_ended_task_is_told_whole_to_who_has_seen_nothing() -> None:
    assert told(Sighting(), ended(RUNNING)) == [
        ("output", "one\ntwo\n", "new.1.8"),
        ("result", None, "succeeded.1.8"),
    ]


def test_a_repeated_run_begins_from_nothing() -> None:
    second = SAID.model_copy(update={"output": ""}).queued().running(at=NOW, worker="w")
    second = second.model_copy(update={"output": "again\n"})

    assert told(after(Sighting(), SAID), second) == [
        ("status", None, "running.2.0"),
        ("output", "again\n", "running.2.6"),
    ]


def test_a_run_that_is_to_be_repeated_is_told_as_queued() -> None:
    assert told(after(Sighting(), RUNNING), RUNNING.queued()) == [("status", None, "queued.1.0")]


@pytest.mark.parametrize("text", ["new.0.0", "queued.0.0", "running.12.345", "lost.1.0"])
def test_a_position_is_read_as_it_was_written(text: str) -> None:
    assert str(Sighting.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "1763683200050-0", "running.1", "paused.1.2", "running.1.2\n", "running.1.²"]
)
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery, match="no position of a task"):
        Sighting.parse(text)


@pytest.mark.parametrize("status", Status)
def test_a_position_says_whether_it_is_the_end(status: Status) -> None:
    assert Sighting(status).is_end is status.is_final
    assert not Sighting().is_end
