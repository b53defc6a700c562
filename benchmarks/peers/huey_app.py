"""huey on Redis. Worker: `huey_consumer benchmarks.peers.huey_app.huey`."""

from __future__ import annotations

from typing import Final

from huey import RedisHuey

from . import server
from .functions import ARGUMENTS, PATIENCE, check

NAME: Final = "benchmark"

huey = RedisHuey(NAME, url=server.url())


@huey.task()
def add(a: int, b: int) -> int:
    return a + b


class HueyClient:
    """`polling`: looks every half millisecond, where huey's own pauses grow up to a second."""

    def submit(self) -> None:
        add(*ARGUMENTS)

    def call(self, way: str) -> None:
        pace = {"backoff": 1.0, "max_delay": 0.0005} if way == "polling" else {}
        check(add(*ARGUMENTS).get(blocking=True, timeout=PATIENCE, **pace))


def open_client() -> HueyClient:
    return HueyClient()
