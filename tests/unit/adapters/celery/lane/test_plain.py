"""Which messages take the fast way."""

from __future__ import annotations

import pytest
from celery import signals
from celery.worker import state

from fleeting.adapters.celery.lane.plain import plain_call

from .make import a_message


def test_message_that_only_wants_to_be_run_is_plain():
    message = a_message(timelimit=[None, None], eta=None, group=None)

    assert plain_call(message) == message.payload[1]


@pytest.mark.parametrize(
    "headers",
    [
        {"eta": "2999-01-01T00:00:00"},
        {"expires": "2030-01-01T00:00:00"},
        {"group": "g"},
        {"stamped_headers": ["a"]},
        {"timelimit": [None, 3]},
    ],
)
def test_message_that_asks_for_more_is_celerys(headers):
    assert plain_call(a_message(**headers)) is None


@pytest.mark.parametrize("name", ["callbacks", "errbacks", "chain", "chord"])
def test_part_of_a_canvas_is_celerys(name):
    message = a_message()
    message.payload[2][name] = [{}]

    assert plain_call(message) is None


def test_positional_arguments_are_celerys_to_refuse():
    message = a_message()
    message.payload[0].append(1)

    assert plain_call(message) is None


def test_message_of_the_first_protocol_is_celerys():
    message = a_message()
    del message.headers["task"]

    assert plain_call(message) is None


def test_revoked_message_is_celerys():
    state.revoked.add("id-0")
    try:
        assert plain_call(a_message()) is None
    finally:
        state.reset_state()


def test_handlers_of_task_signals_are_called_as_ever():
    def handler(**_: object) -> None: ...

    signals.task_prerun.connect(handler)
    try:
        assert plain_call(a_message()) is None
    finally:
        signals.task_prerun.disconnect(handler)


def test_delayed_call_whose_time_has_come_is_plain() -> None:
    """The transport holds delayed messages back until then."""
    message = a_message(eta="2001-01-01T00:00:00+00:00")

    assert plain_call(message) is not None


def test_time_that_cannot_be_read_is_for_celery_to_refuse() -> None:
    assert plain_call(a_message(eta="soon")) is None
