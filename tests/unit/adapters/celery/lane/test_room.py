"""How many messages a consumer may hold, whatever stands in them."""

from __future__ import annotations

import pytest
from kombu.common import QoS

from fleeting.adapters.celery.lane.pace import Pace
from fleeting.adapters.celery.lane.room import Room

KIND = ("digest", "add")
SLOTS = 2


@pytest.fixture
def qos():
    return QoS(dict, SLOTS)


def paced(seconds):
    pace = Pace()
    pace.observe(KIND, seconds)
    return pace


@pytest.fixture
def room():
    return Room(SLOTS)


def test_more_is_taken_of_short_calls_than_of_long_ones(room, qos):
    room.adjust(qos, paced(0.001), stuck=0)
    short = qos.value
    room.adjust(qos, paced(1), stuck=0)

    assert short > 50
    assert qos.value == SLOTS


def test_messages_with_many_calls_are_taken_in_smaller_numbers(room, qos):
    for _ in range(9):
        room.saw_chunk(100, is_split=False)
    room.adjust(qos, paced(0.001), stuck=0)

    assert qos.value == SLOTS


def test_each_call_of_a_chunk_takes_the_place_of_a_message(room, qos):
    room.adjust(qos, Pace(), stuck=0, surplus=1)

    assert qos.value == 1, "the chunk in hand keeps both slots busy"


def test_count_is_never_zero_which_would_be_no_limit(room, qos):
    room.adjust(qos, Pace(), stuck=2, surplus=99)

    assert qos.value == 1


def test_nothing_is_taken_from_a_chunk_that_was_split_until_most_of_it_is_through(room, qos):
    room.saw_chunk(100, is_split=True)
    room.adjust(qos, paced(0.001), stuck=0, surplus=10)
    closed = qos.value
    room.reopen()
    room.saw_call()
    room.adjust(qos, paced(0.001), stuck=0)

    assert closed == 1
    assert qos.value >= SLOTS
