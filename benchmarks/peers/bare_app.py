"""The limit: loops of redis-py around a stream, with the commands that storing results takes.

`python -m benchmarks.peers.bare_app` is a worker: takes up to 64 entries, calls the function,
stores each value with a time to live and an index entry, acknowledges and deletes, all in one
pipeline. No Celery, no records, no claims, no sandbox.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

import redis

from . import server
from .functions import ARGUMENTS, PATIENCE, add, check

STREAM: Final = "tasks"
INDEX: Final = "live"

_GROUP: Final = "workers"
_TAKE: Final = 64
"""At the knee: fewer cost round trips, more only widen what a crash repeats."""
_TTL: Final = 300

Entry = tuple[bytes, Mapping[bytes, bytes]]


class BareClient:
    """XADD; a waiting call has its value pushed to a list of its own."""

    def __init__(self) -> None:
        self._redis: Any = redis.Redis.from_url(server.url())
        self._number = 0

    def submit(self) -> None:
        self._redis.xadd(STREAM, self._task())

    def submit_batch(self, count: int) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for _ in range(count):
            pipeline.xadd(STREAM, self._task())
        pipeline.execute()

    def call(self, way: str) -> None:
        task = self._task()
        answer = f"answer:{task['id']}"
        self._redis.xadd(STREAM, task | {"answer": answer})
        check(json.loads(self._redis.blpop([answer], timeout=PATIENCE)[1]))

    def _task(self) -> dict[str, str]:
        self._number += 1
        return {"id": f"{os.getpid()}-{self._number}", "arguments": json.dumps(ARGUMENTS)}


def open_client() -> BareClient:
    return BareClient()


def work() -> None:
    """Take, run, store, for ever."""
    client: Any = redis.Redis.from_url(server.url())
    with suppress(redis.ResponseError):
        client.xgroup_create(STREAM, _GROUP, id="0", mkstream=True)
    streams = {STREAM: ">"}
    name = str(os.getpid())
    while True:
        for _, entries in client.xreadgroup(_GROUP, name, streams, count=_TAKE, block=1000) or ():
            _run(client, entries)


def _run(client: Any, entries: Iterable[Entry]) -> None:
    pipeline = client.pipeline(transaction=False)
    expiry = int(time.time() * 1000) + _TTL * 1000
    for entry_id, task in entries:
        value = json.dumps(add(*json.loads(task[b"arguments"])))
        key = b"add:" + task[b"id"]
        pipeline.set(key, value, ex=_TTL)
        pipeline.zadd(INDEX, {key: expiry})
        if answer := task.get(b"answer"):
            pipeline.lpush(answer, value)
        pipeline.xack(STREAM, _GROUP, entry_id)
        pipeline.xdel(STREAM, entry_id)
    pipeline.execute()


if __name__ == "__main__":
    work()
