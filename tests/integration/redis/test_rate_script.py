"""The script that counts: what it forgets, and what that costs Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from fleeting.adapters.redis.rate_limiter import taking

AMOUNT, SECONDS = 100_000, 60
KEY = "window"


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as found:
        found.flushall()
        yield found
        found.flushall()


def keep(client: redis.Redis, *, gone: int, left: int) -> None:
    """So much was taken too long ago to count, and so much a moment ago."""
    present = time.time()
    for age, count in ((2 * SECONDS, gone), (SECONDS / 2, left)):
        for start in range(0, count, 1000):
            client.lpush(KEY, *[present - age] * min(1000, count - start))


def take(client: redis.Redis) -> Any:
    [answer] = client.eval(taking().text, 1, KEY, 1, 0, AMOUNT, SECONDS)
    return answer


@pytest.mark.parametrize("left", [0, 1, 5])
@pytest.mark.parametrize("gone", [0, 1, 2, 3, 4, 7, 8, 9, 100])
def test_what_has_left_the_window_is_forgotten(client: redis.Redis, gone: int, left: int) -> None:
    keep(client, gone=gone, left=left)

    used, reset_ms, pause_ms = take(client)

    assert (used, pause_ms) == (left + 1, 0)
    assert client.llen(KEY) == left + 1
    assert 0 < reset_ms <= SECONDS * 1000


def test_a_window_of_many_costs_no_more_than_one_of_few(client: redis.Redis) -> None:
    """For each request of a busy caller Redis takes a handful of steps."""
    keep(client, gone=1, left=50_000)
    client.config_resetstat()

    take(client)

    found: Any = client.info("commandstats")
    assert found["cmdstat_lindex"]["calls"] <= 4
