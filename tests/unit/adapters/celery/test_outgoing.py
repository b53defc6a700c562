"""A message written by hand is the one that Celery and kombu would have written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from celery import Celery

from fleeting.adapters.celery.app import make_app
from fleeting.adapters.celery.call_repr import ARGSREPR, describe_call
from fleeting.adapters.celery.envelope import open_envelope
from fleeting.adapters.celery.outgoing import Way, outgoing, outgoing_all
from fleeting.adapters.celery.task import NAME
from fleeting.domain.message import encode
from fleeting.domain.task import Task
from fleeting.testing.task_queue import PAYLOADS, sample_task

QUEUE = "jobs"


def way(inline: int) -> Way:
    return Way(queue=QUEUE, inline_source_bytes=inline)


@pytest.fixture(scope="module")
def app() -> Celery:
    return make_app("redis://127.0.0.1:1", prefix="{p}:", queue=QUEUE)


def celerys(app: Celery, task: Task) -> tuple[dict[str, Any], Any]:
    """Headers and body as Celery makes them."""
    kwargs = encode(task, inline_bytes=1024)
    message = app.amqp.create_task_message(
        task.key,
        NAME,
        args=(),
        kwargs=kwargs,
        countdown=task.countdown.total_seconds() or None,
        argsrepr=ARGSREPR,
        kwargsrepr=describe_call(kwargs),
        ignore_result=True,
    )
    return json.loads(json.dumps(message.headers)), json.loads(json.dumps(message.body))


@pytest.mark.parametrize("countdown", [timedelta(0), timedelta(minutes=5)])
def test_headers_and_body_are_celerys_own(app: Celery, countdown: timedelta) -> None:
    task = sample_task(1, countdown=countdown)
    headers, body = celerys(app, task)

    sent = open_envelope(outgoing(task, way(1024)).raw)

    when, celerys_when = sent["headers"].pop("eta"), headers.pop("eta")
    assert sent["headers"] == headers
    assert json.loads(sent["body"]) == body
    assert (when is None) == (celerys_when is None) == (not countdown)


def test_kombu_reads_what_was_written(app: Celery) -> None:
    """Through its own channel, with the body as Celery's worker gets it."""
    task = sample_task(1)
    with app.connection_for_read() as connection:
        channel: Any = connection.transport.Channel.__new__(connection.transport.Channel)
        channel.codecs = {}
        envelope = open_envelope(outgoing(task, way(1024)).raw)
        message = connection.transport.Channel.Message(
            envelope, channel=channel, accept=["application/json"]
        )

    assert message.payload[1]["key"] == task.key
    assert message.headers["id"] == message.properties["correlation_id"] == task.key
    assert message.delivery_info["routing_key"] == QUEUE


@pytest.mark.parametrize("name", PAYLOADS)
def test_parameters_arrive_unchanged(name: str) -> None:
    task = replace(sample_task(1), args=PAYLOADS[name])

    sent = open_envelope(outgoing(task, way(0)).raw)

    _, kwargs, _ = json.loads(sent["body"])
    assert kwargs["args"] == PAYLOADS[name]
    assert "source" not in kwargs


def test_each_message_has_a_tag_of_its_own() -> None:
    tags = {
        open_envelope(outgoing(sample_task(1), way(9)).raw)["properties"]["delivery_tag"]
        for _ in range(100)
    }

    assert len(tags) == 100


def test_a_countdown_is_a_time() -> None:
    soon = outgoing(sample_task(countdown=timedelta(hours=1)), way(9))

    assert soon.due is not None
    assert outgoing(sample_task(), way(9)).due is None


def _batch(tasks):
    sent = list(outgoing_all(tasks, way(1024)))
    return sent, [json.loads(open_envelope(one.raw)["body"])[1] for one in sent]


def test_tasks_that_are_alike_share_messages_of_a_hundred():
    sent, kwargs = _batch([sample_task(number) for number in range(201)])

    assert [one.calls for one in sent] == [100, 100, 1]
    assert [len(some["calls"]) for some in kwargs[:2]] == [100, 100]
    assert kwargs[2]["args"] == [200]


def test_tasks_that_are_not_alike_travel_apart():
    other = replace(sample_task(1), timeout=timedelta(seconds=1))

    _, kwargs = _batch([sample_task(0), other, sample_task(2)])

    assert [len(some.get("calls", [0])) for some in kwargs] == [2, 1]


def test_calls_with_long_parameters_share_no_long_message():
    tasks = [replace(sample_task(number), args=["x" * 20_000]) for number in range(10)]

    sent, _ = _batch(tasks)

    assert sum(one.calls for one in sent) == 10
    assert max(len(one.raw) for one in sent) < 100_000


def test_no_call_of_a_chunk_is_what_its_message_is_named_after():
    [sent], _ = _batch([sample_task(0), sample_task(1)])

    headers = open_envelope(sent.raw)["headers"]
    assert headers["id"] not in {sample_task(0).key, sample_task(1).key}
    assert "'calls': 2" in headers["kwargsrepr"]
    assert "args" not in headers["kwargsrepr"]


class _Signer:
    def __init__(self):
        self.signed = 0

    def __call__(self, data):
        self.signed += 1
        return "k", b"signature"


def _sealed(tasks):
    sign = _Signer()
    sent = list(outgoing_all(tasks, Way(queue=QUEUE, inline_source_bytes=1024, sign=sign)))
    return sent, [json.loads(open_envelope(one.raw)["body"])[1] for one in sent], sign.signed


def test_a_batch_has_a_signature_for_each_message():
    sent, kwargs, signed = _sealed([sample_task(number) for number in range(101)])

    assert [one.calls for one in sent] == [100, 1]
    assert [call.keys() for call in kwargs[0]["calls"][:2]] == [{"key", "call"}] * 2
    assert kwargs[1]["key"] == sample_task(100).key
    assert signed == 2


def test_signed_calls_with_long_parameters_share_no_long_message():
    """Nothing is signed that is not sent."""
    tasks = [replace(sample_task(number), args=["x" * 20_000]) for number in range(8)]

    sent, _, signed = _sealed(tasks)

    assert sum(one.calls for one in sent) == 8
    assert signed == len(sent) > 2


def test_signed_message_shows_its_key_and_function():
    [sent], _, _ = _sealed([sample_task(1)])

    headers = open_envelope(sent.raw)["headers"]
    assert sample_task(1).key in headers["kwargsrepr"]
    assert "add" in headers["kwargsrepr"]
