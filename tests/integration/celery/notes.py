"""What the tasks of the feature tests wrote down."""

from __future__ import annotations

import json
from datetime import timedelta

import redis

from ..servers.wait import wait_until

_PATIENCE = timedelta(seconds=30)


class Notes:
    """Lists in Redis, by the name that a test gave to its task."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def count(self, name: str) -> int:
        return self._client.llen(name)

    def of(self, name: str) -> list[object]:
        return [json.loads(text) for text in self._client.lrange(name, 0, -1)]

    def texts(self, name: str) -> list[str]:
        return self._client.lrange(name, 0, -1)

    def times(self, name: str) -> list[float]:
        return [float(text) for text in self._client.lrange(name, 0, -1)]

    def put(self, name: str) -> None:
        """Write something down for a task."""
        self._client.rpush(name, "put")

    def wait(self, name: str, times: int = 1, *, within: timedelta = _PATIENCE) -> list[object]:
        wait_until(lambda: self.count(name) >= times, within=within)
        return self.of(name)
