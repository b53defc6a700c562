"""What is known of run times, and how much is taken ahead because of it."""

from __future__ import annotations

import pytest
from kombu.common import QoS

from fleeting.adapters.celery.lane.pace import Pace
from fleeting.adapters.celery.lane.room import Room

KIND = ("digest", "add")


def test_nothing_is_expected_of_an_unknown_kind():
    assert Pace().expected(KIND) is None
    assert Pace().fitting(1, most=64) == 1


def test_one_long_call_counts_for_more_than_one_short_one():
    rising, falling = Pace(), Pace()
    for pace, before, after in ((rising, 1, 2), (falling, 2, 1)):
        pace.observe(KIND, before)
        pace.observe(KIND, after)

    assert rising.expected(KIND) == pytest.approx(1.5)
    assert falling.expected(KIND) == pytest.approx(1.9)


def test_kinds_are_not_remembered_for_ever():
    pace = Pace()
    for number in range(1025):
        pace.observe((str(number), "add"), 1)

    assert pace.expected(("0", "add")) is None
    assert pace.expected(("1", "add")) == 1


def test_room_follows_the_pace_and_goes_when_slots_are_stuck():
    qos = QoS(lambda **_: None, 2)
    room, pace = Room(2), Pace()
    room.adjust(qos, pace, stuck=0)
    assert qos.value == 2

    pace.observe(KIND, 0.005)
    room.adjust(qos, pace, stuck=0)
    assert qos.value == 2 + 2 * 9
    room.adjust(qos, pace, stuck=1)
    assert qos.value == 2 + 9
    room.adjust(qos, pace, stuck=2)
    assert qos.value == 2
