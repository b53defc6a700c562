"""RQ. Worker: `rq worker --url URL`, with `--worker-class` for the one that does not fork."""

from __future__ import annotations

from redis import Redis
from rq import Queue

from . import server
from .functions import ARGUMENTS, PATIENCE, add, check


class RqClient:
    """`enqueue`, and the blocking read of the latest result."""

    def __init__(self) -> None:
        self._queue = Queue(connection=Redis.from_url(server.url()))

    def submit(self) -> None:
        self._queue.enqueue(add, *ARGUMENTS)

    def submit_batch(self, count: int) -> None:
        self._queue.enqueue_many([Queue.prepare_data(add, ARGUMENTS) for _ in range(count)])

    def call(self, way: str) -> None:
        result = self._queue.enqueue(add, *ARGUMENTS).latest_result(timeout=PATIENCE)
        check(result and result.return_value)


def open_client() -> RqClient:
    return RqClient()
