"""What recording workers wrote down, as tests ask for it."""

from __future__ import annotations

from datetime import timedelta

import redis

from ..servers.wait import wait_until

_PATIENCE = timedelta(seconds=30)


class Record:
    """Times and process ids by task, in Redis lists."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def starts(self, name: str) -> list[float]:
        """When `test.sleep` of that name began."""
        return [float(text) for text in self._client.lrange(f"started:{name}", 0, -1)]

    def ends(self, name: str) -> list[float]:
        """When `test.sleep` of that name ended."""
        return [float(text) for text in self._client.lrange(f"finished:{name}", 0, -1)]

    def runs(self, key: str) -> list[int]:
        """The processes that ran `fleeting.run` under that key."""
        return self._pids(f"runs:{key}")

    def done(self, key: str) -> int:
        """How many of those runs came to an end."""
        return self._client.llen(f"done:{key}")

    def done_at(self, key: str) -> list[float]:
        """When those runs came to an end."""
        return [float(text) for text in self._client.lrange(f"done:{key}", 0, -1)]

    def executions(self, what: str) -> list[int]:
        """The processes in which an execution was `started` or `closed`."""
        return self._pids(f"executions:{what}")

    def wait_for_start(self, name: str, times: int = 1, *, within: timedelta = _PATIENCE) -> None:
        wait_until(lambda: len(self.starts(name)) >= times, within=within)

    def wait_for_end(self, name: str, *, within: timedelta = _PATIENCE) -> None:
        wait_until(lambda: self.ends(name), within=within)

    def wait_for_done(self, key: str, times: int = 1, *, within: timedelta = _PATIENCE) -> None:
        wait_until(lambda: self.done(key) >= times, within=within)

    def _pids(self, name: str) -> list[int]:
        return [int(text) for text in self._client.lrange(name, 0, -1)]
