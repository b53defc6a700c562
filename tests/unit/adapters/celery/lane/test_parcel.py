"""What Celery sees of a message on the lane."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from celery.worker import state

from fleeting.adapters.celery.lane.parcel import (
    LaneRequest,
    note_active,
    note_gone,
    note_reserved,
)

from .make import a_message


class Whole:
    """Celery's own request."""

    def __init__(self, message) -> None:
        self.message = message
        self.hostname = "w1@host"

    def info(self, *, safe):
        return {"time_start": self.time_start, "pid": self.worker_pid, "safe": safe}


@pytest.fixture
def made() -> list[Whole]:
    return []


@pytest.fixture
def ended() -> list[str]:
    return []


@pytest.fixture
def request_(made, ended) -> LaneRequest:
    def make(message):
        made.append(Whole(message))
        return made[-1]

    task = SimpleNamespace(name="fleeting.run", acks_late=True)
    return LaneRequest(a_message(), task, make, lambda: ended.append("ended"))


def test_books_show_where_a_message_is(request_):
    note_reserved(request_)
    assert (state.requests, set(state.reserved_requests)) == ({"id-0": request_}, {request_})
    note_active(request_)
    assert set(state.active_requests) == {request_}
    note_gone(request_)
    assert (state.requests, set(state.reserved_requests)) == ({}, set())
    assert set(state.active_requests) == set()
    state.reset_state()


def test_celerys_own_request_is_made_once_and_only_when_somebody_looks(request_, made):
    note_active(request_)
    assert made == []

    info = request_.info(safe=True)

    assert (info["time_start"], info["pid"]) == (request_.time_start, request_.worker_pid)
    assert (request_.hostname, len(made)) == ("w1@host", 1)
    state.reset_state()


def test_celery_may_note_things_of_its_own(request_, made):
    """As it does with running requests when it has a connection again."""
    request_.eventer = "eventer"

    assert (request_.eventer, made) == ("eventer", [])


def test_termination_ends_the_run(request_, ended):
    request_.terminate(None, signal="SIGTERM")

    assert ended == ["ended"]
