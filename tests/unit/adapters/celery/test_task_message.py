"""Task messages: what Celery sends is taken, what it chokes on refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery, chord, group

from fleeting.adapters.celery.task_message import check_task_message
from fleeting.domain.errors import MalformedMessage


def message(headers: Any, payload: Any) -> SimpleNamespace:
    return SimpleNamespace(headers=headers, payload=payload)


def protocol_2(payload: Any = ((), {}, {}), **headers: Any) -> SimpleNamespace:
    return message({"task": "t", "id": "1"} | headers, payload)


@pytest.fixture
def app():
    app = Celery(set_as_current=False)
    yield app
    app.close()


@pytest.mark.parametrize("options", [{}, {"countdown": 5}, {"expires": 9}, {"time_limit": 3}])
def test_celerys_own_messages_are_taken(app, options):
    made = app.amqp.create_task_message("1", "t", args=(1,), kwargs={"a": 2}, **options)

    check_task_message(message(made.headers, made.body))


def test_celerys_own_canvas_is_taken(app):
    sig = app.signature("t")
    made = app.amqp.create_task_message(
        "1",
        "t",
        callbacks=[sig],
        errbacks=[sig],
        chain=[sig, group(sig, sig, app=app)],
        chord=chord([sig], sig, app=app),
        retries=2,
        group_id="g",
        group_index=1,
        stamped_headers=["a"],
        a="b",
    )

    check_task_message(message(made.headers, made.body))


def test_protocol_1_is_taken():
    check_task_message(message({}, {"task": "t", "id": "1", "args": [], "kwargs": {}}))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (message({}, 5), "names no task"),
        (message({}, {}), "names no task"),
        (message({}, {"task": "t"}), "id"),
        (message({}, {"task": "t", "id": "1", "args": "abc"}), "args"),
        (message({"task": None}, ((), {}, {})), "task"),
        (message({"task": "t"}, ((), {}, {})), "id"),
        (protocol_2(payload=5), "body"),
        (protocol_2(payload=[]), "body"),
        (protocol_2(payload={"args": []}), "body"),
        (protocol_2(payload=("abc", {}, {})), "args"),
        (protocol_2(payload=((), [], {})), "kwargs"),
        (protocol_2(payload=((), {}, 3)), "canvas"),
        (protocol_2(payload=((), {}, {"callbacks": ["x"]})), "callbacks"),
        (protocol_2(payload=((), {}, {"chord": "x"})), "chord"),
        (protocol_2(eta=5), "eta"),
        (protocol_2(retries="x"), "retries"),
        (protocol_2(retries=True), "retries"),
        (protocol_2(timelimit="ab"), "timelimit"),
        (protocol_2(timelimit=["x"]), "timelimit"),
        (protocol_2(stamps=[]), "stamps"),
    ],
)
def test_what_celery_chokes_on_is_refused(broken, reason):
    with pytest.raises(MalformedMessage, match=reason):
        check_task_message(broken)
