"""Queued bytes that are no message: who waits for the tasks in them hears of it."""

from __future__ import annotations

import json
from queue import SimpleQueue

import pytest

from fleeting.adapters.celery.damaged import LaterRefusals, refusals_of, stand_in
from fleeting.adapters.celery.envelope import check_envelope
from fleeting.adapters.celery.outgoing import Way, outgoing, outgoing_all
from fleeting.domain.chunk import calls_in
from fleeting.domain.errors import MalformedMessage, StoreCorrupt
from fleeting.domain.result_key import Address
from fleeting.testing.task_queue import sample_task

WAY = Way(queue="jobs", inline_source_bytes=1024, sign=lambda data: ("k", data[:64]))
TASKS = [sample_task(number) for number in range(3)]
PATIENCE = 10


def kwargs_of(message) -> dict[str, object]:
    check_envelope(message)
    positional, kwargs, _ = json.loads(message["body"])
    assert positional == []
    return kwargs


@pytest.mark.parametrize("raw", [b"", b"\xff", b"{}", "garbage"])
def test_bytes_that_name_no_task_have_no_stand_in(raw):
    assert stand_in(raw, "jobs") is None


@pytest.mark.parametrize("end", [0, 1, 100])
def test_stand_in_of_a_broken_message_names_its_task_and_holds_nothing_else(end):
    raw = outgoing(TASKS[1], WAY).raw.encode()

    message = stand_in(b"\xff" + raw[: len(raw) - end], "jobs")

    assert kwargs_of(message) == {"key": TASKS[1].key, "options": {"namespace": "team-a"}}
    assert message["headers"]["id"] == TASKS[1].key


def test_stand_in_of_a_broken_chunk_names_every_call():
    [sent] = outgoing_all(TASKS, WAY)

    kwargs = kwargs_of(stand_in(sent.raw[:-1], "jobs"))

    assert [call["key"] for call in calls_in(kwargs)] == [task.key for task in TASKS]


@pytest.mark.parametrize("kind", [str, str.encode])
def test_message_that_celery_cannot_use_is_refused_for_each_of_its_tasks(kind):
    [sent] = outgoing_all(TASKS, WAY)

    errors = refusals_of(kind(sent.raw))

    assert [error.address for error in errors] == [Address("team-a", task.key) for task in TASKS]
    assert {error.code for error in errors} == {"task_not_trusted"}


def test_refusals_go_on_after_one_that_failed():
    refused: SimpleQueue[MalformedMessage] = SimpleQueue()

    def refuse(error):
        if error.message == "first":
            raise StoreCorrupt("unreadable")
        refused.put(error)

    later = LaterRefusals(refuse)
    later.add([])
    later.add([MalformedMessage("first"), MalformedMessage("second")])
    later.add([MalformedMessage("third")])

    found = [refused.get(timeout=PATIENCE).message for _ in range(2)]
    assert found == ["second", "third"]
