"""When a message is due, and how it is put into a queue."""

from __future__ import annotations

import pytest

from fleeting.adapters.celery.streams.delay import due_time
from fleeting.adapters.celery.streams.keys import queue_keys
from fleeting.adapters.celery.streams.publication import publication

KEYS = queue_keys("{p}:", "work")


@pytest.mark.parametrize(
    ("eta", "due"),
    [
        ("1970-01-01T00:01:00+00:00", 60.0),
        ("1970-01-01T00:01:00Z", 60.0),
        ("1970-01-01T00:01:00", 60.0),
        ("1970-01-01T01:01:00+01:00", 60.0),
    ],
)
def test_an_eta_is_a_time(eta, due):
    assert due_time({"headers": {"eta": eta}}) == due


@pytest.mark.parametrize(
    "message",
    [{}, {"headers": None}, {"headers": {}}, *({"headers": {"eta": x}} for x in ("?", 5))],
)
def test_what_is_no_time_delays_nothing(message):
    assert due_time(message) is None


@pytest.mark.parametrize("due", [None, 100.0, 99.0])
def test_what_is_due_goes_into_its_stream(due):
    commands = publication(KEYS, "raw", priority=0, due=due, now=100.0)

    assert commands == [("XADD", "{p}:work:stream:0", "*", "message", "raw")]


@pytest.mark.parametrize(("priority", "step"), [(0, 0), (2, 0), (3, 3), (5, 3), (9, 9), (12, 9)])
def test_each_step_of_priority_has_its_stream(priority, step):
    [command] = publication(KEYS, "raw", priority=priority, due=None, now=0.0)

    assert command[1] == f"{{p}}:work:stream:{step}"


def test_what_is_due_later_waits_with_the_stream_it_goes_to():
    commands = publication(KEYS, "raw", priority=3, due=200.0, now=100.0)

    assert commands == [("ZADD", "{p}:work:delayed", 200.0, b"1:raw")]


def test_what_is_due_in_a_moment_wakes_workers():
    commands = publication(KEYS, "raw", priority=0, due=100.5, now=100.0)

    assert [words[:2] for words in commands] == [
        ("ZADD", "{p}:work:delayed"),
        ("XADD", "{p}:work:alarm"),
    ]
