"""Which tasks are known to be open, without a look at the store."""

from __future__ import annotations

import pytest

from fleeting.domain.event import Event
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address
from fleeting.usecases.recent import Recent


def an_event(status: Status, key: str = "add_1") -> Event:
    return Event("1-0", Address("", key), "status", status, 1)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
def test_task_that_was_announced_as_open_is_open(status: Status) -> None:
    recent = Recent()
    recent.note(an_event(status), 1.0)

    assert recent.is_open("add_1", 2.0)


def test_nothing_is_known_of_a_task_that_nothing_was_announced_of() -> None:
    assert not Recent().is_open("add_1", 1.0)


def test_task_that_has_ended_is_not_open() -> None:
    recent = Recent()
    recent.note(an_event(Status.QUEUED), 1.0)
    recent.note(an_event(Status.SUCCEEDED), 1.1)

    assert not recent.is_open("add_1", 1.2)


def test_announcement_that_is_repeated_late_does_not_open_a_task_again() -> None:
    recent = Recent()
    recent.note(an_event(Status.SUCCEEDED), 1.0)
    recent.note(an_event(Status.QUEUED), 1.1)

    assert not recent.is_open("add_1", 1.2)


def test_what_was_announced_long_ago_counts_no_more() -> None:
    recent = Recent()
    recent.note(an_event(Status.QUEUED), 1.0)

    assert not recent.is_open("add_1", 7.0)


def test_nothing_is_known_where_something_may_have_been_missed() -> None:
    recent = Recent()
    recent.note(an_event(Status.QUEUED), 1.0)

    recent.forget()

    assert not recent.is_open("add_1", 1.1)


def test_memory_is_bounded() -> None:
    recent = Recent()
    for number in range(10_001):
        recent.note(an_event(Status.QUEUED, f"add_{number}"), 1.0)

    assert not recent.is_open("add_0", 1.0)
    assert recent.is_open("add_10000", 1.0)
