"""What errors of kombu and redis-py mean to those who queue tasks."""

from __future__ import annotations

import pytest
import redis
from kombu.exceptions import OperationalError

from fleeting.adapters.celery.failure import translated, was_cut_off
from fleeting.domain.errors import QueueDenied, QueueUnavailable


@pytest.mark.parametrize(
    "error",
    [
        redis.AuthenticationError("WRONGPASS"),
        redis.exceptions.NoPermissionError("NOPERM"),
        redis.exceptions.AuthorizationError("no"),
    ],
)
def test_refused_credentials_and_rights_are_a_denial(error):
    with pytest.raises(QueueDenied, match=str(error)), translated():
        raise error


@pytest.mark.parametrize(
    "error",
    [
        redis.ConnectionError("refused"),
        redis.TimeoutError("late"),
        redis.exceptions.BusyLoadingError("loading"),
        redis.exceptions.ReadOnlyError("replica"),
        redis.exceptions.OutOfMemoryError("full"),
        ConnectionResetError("reset"),
        OperationalError("kombu"),
    ],
)
def test_other_trouble_is_an_outage(error):
    with pytest.raises(QueueUnavailable, match=str(error)), translated():
        raise error


def test_the_cause_within_a_wrapper_counts():
    with pytest.raises(QueueDenied), translated():
        raise OperationalError("wrapped") from redis.AuthenticationError("WRONGPASS")


def test_errors_of_the_program_stay_what_they_are():
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError


def test_an_error_that_is_its_own_cause_has_an_end():
    """Libraries raise errors again from those that they have led to."""
    first, second = redis.ConnectionError("first"), OperationalError("second")
    first.__cause__, second.__cause__ = second, first

    with pytest.raises(QueueUnavailable) as caught, translated():
        raise second

    assert was_cut_off(caught.value)


def test_a_connection_that_ends_was_cut_off_and_a_silent_one_was_not():
    def error_of(cause):
        with pytest.raises(QueueUnavailable) as caught, translated():
            raise cause
        return caught.value

    assert was_cut_off(error_of(redis.ConnectionError("closed by server")))
    assert was_cut_off(error_of(ConnectionResetError("reset")))
    assert not was_cut_off(error_of(redis.TimeoutError("late")))
    assert not was_cut_off(error_of(redis.exceptions.OutOfMemoryError("full")))
