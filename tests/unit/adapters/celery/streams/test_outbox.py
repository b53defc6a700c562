"""What is said soon, and what may wait for more, over a Redis in memory."""

from __future__ import annotations

import fakeredis
import pytest

from fleeting.adapters.celery.streams.entry import Entry
from fleeting.adapters.celery.streams.keys import queue_keys
from fleeting.adapters.celery.streams.outbox import Outbox

KEYS = queue_keys("", "work")
ENTRY = Entry(KEYS, KEYS.streams[0], "1-0")


@pytest.fixture
def outbox():
    return Outbox(fakeredis.FakeRedis(server=fakeredis.FakeServer(version=(7,)), protocol=2))


def test_an_acknowledgement_may_wait_for_others(outbox):
    outbox.ack(ENTRY)

    assert not outbox.is_pressing


def test_what_is_given_back_is_waited_for(outbox):
    outbox.give_back([ENTRY])

    assert outbox.is_pressing


def test_to_give_nothing_back_says_nothing(outbox):
    outbox.give_back([])

    assert not outbox.is_pressing
