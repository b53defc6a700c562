"""What `credentials=` may say, and when a lease is renewed or replaced."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.domain.credentials import (
    Credentials,
    Origin,
    is_worn_out,
    place_of,
    renewal_pause,
)
from fleeting.domain.errors import InvalidSetting

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "origin", "path"),
    [
        ("lease:database/creds/worker", Origin.LEASE, "database/creds/worker"),
        ("secret:kv/redis", Origin.SECRET, "kv/redis"),
        ("file:/run/secrets/redis", Origin.FILE, "/run/secrets/redis"),
    ],
)
def test_a_place_is_an_origin_and_a_path(text: str, origin: Origin, path: str) -> None:
    assert place_of(text) == (origin, path)


@pytest.mark.parametrize("text", ["", "lease", "lease:", "lease:/", "vault:database/creds/x"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidSetting, match="lease:PATH"):
        place_of(text)


def test_a_password_is_never_shown() -> None:
    assert "hunter2" not in repr(Credentials("ada", "hunter2"))


def test_a_lease_is_renewed_after_two_thirds_of_its_life() -> None:
    assert renewal_pause(HOUR) == timedelta(minutes=40)


@pytest.mark.parametrize(
    ("granted", "is_over"),
    [(HOUR, False), (HOUR / 2, False), (HOUR / 3, True), (timedelta(), True)],
)
def test_a_lease_that_gets_less_than_half_is_replaced(granted: timedelta, is_over: bool) -> None:
    assert is_worn_out(granted, HOUR) is is_over
