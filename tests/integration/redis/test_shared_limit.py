"""Four processes that share a Redis get together what a limit says, and no more."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import redis

PROCESSES = 4
SECONDS = 4.5
"""Five windows of a second begin in that time, and half a second is left to use up the last."""

HAMMER = [sys.executable, "-m", "tests.integration.redis.hammer"]


@pytest.fixture
def emptied(redis_url: str) -> Iterator[str]:
    with redis.Redis.from_url(redis_url) as admin:
        admin.flushall()
        yield redis_url
        admin.flushall()


def taken_together(url: str, rate: str) -> int:
    """What all processes got, who all begin at once."""
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [*HAMMER, url, rate, str(SECONDS)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(PROCESSES)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        begin = time.time() + 0.5
        told = [process.communicate(f"{begin}\n", timeout=60)[0] for process in processes]
    return sum(map(int, told))


@pytest.mark.alone
@pytest.mark.parametrize(
    ("rate", "figure"),
    [("200/second", 1000), ("200/second, 500/minute", 500)],
    ids=["burst", "sustained"],
)
def test_four_processes_get_what_the_limit_says(emptied: str, rate: str, figure: int) -> None:
    """Within two in a hundred, while each tries for far more."""
    taken = taken_together(emptied, rate)

    assert abs(taken - figure) <= 0.02 * figure
