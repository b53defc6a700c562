"""dramatiq with its Redis broker and result backend; `lean`: with no other middleware.

Worker: `dramatiq benchmarks.peers.dramatiq_app`.
"""

from __future__ import annotations

from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend

from . import server
from .functions import ARGUMENTS, PATIENCE, check


def make_broker() -> RedisBroker:
    results = Results(backend=RedisBackend(url=server.url()))
    if server.variant() == "lean":
        return RedisBroker(url=server.url(), middleware=[results])
    broker = RedisBroker(url=server.url())
    broker.add_middleware(results)
    return broker


dramatiq.set_broker(make_broker())


@dramatiq.actor(store_results=True)
def add(a: int, b: int) -> int:
    return a + b


class DramatiqClient:
    """`send` and `get_result`."""

    def submit(self) -> None:
        self._send()

    def call(self, way: str) -> None:
        check(self._send().get_result(block=True, timeout=PATIENCE * 1000))

    def _send(self) -> Any:
        return add.send(*ARGUMENTS)


def open_client() -> DramatiqClient:
    return DramatiqClient()
