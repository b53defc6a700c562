"""What errors of kombu and redis-py mean to those who queue tasks."""

from __future__ import annotations

import pytest
import redis
from kombu.exceptions import OperationalError

from fleeting.adapters.celery.failure import translated
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
