"""What anybody can see of tasks: the feed of events, and values when they appear."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, Self

from redis.exceptions import RedisError

from fleeting.adapters.redis.announcements import START
from fleeting.adapters.redis.clients import client_for
from fleeting.adapters.redis.record_codec import status_of
from fleeting.adapters.redis.url import parse
from fleeting.domain.result import Status


@dataclass(slots=True)
class Sighting:
    """What was seen of one task."""

    begun: list[float] = field(default_factory=list)
    """When its attempts were claimed, by Redis' clock."""
    value: Any = None
    """What was there when its end was first heard of; None: it has not ended well."""


class Watch:
    """Follows the feed in a thread, over outages of its server."""

    def __init__(self, url: str) -> None:
        self._client = client_for(parse(url))
        self._seen: defaultdict[str, Sighting] = defaultdict(Sighting)
        self._stopped = Event()
        self._thread = Thread(target=self._follow, daemon=True)

    def of(self, key: str) -> Sighting:
        return self._seen[key]

    def value(self, key: str) -> Any:
        """What is there at the moment."""
        found = self._client.get(key)
        return None if found is None else json.loads(found)

    def ends(self) -> dict[str, set[str]]:
        """By key: the final versions that are announced for good."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for _, fields in self._client.xrange("events"):
            version = fields[b"version"].decode()
            if fields[b"kind"] != b"progress" and status_of(version)[0].is_final:
                found[fields[b"key"].decode()].add(version)
        return found

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._client.close()

    def _follow(self) -> None:
        position: Any = START
        while not self._stopped.is_set():
            try:
                reply = self._client.execute_command(
                    "XREAD", "COUNT", 1000, "BLOCK", 200, "STREAMS", "events", position
                )
                for entry, fields in reply[b"events"][0] if reply else ():
                    self._note(int(entry.partition(b"-")[0]) / 1000, fields)
                    position = entry
            except RedisError:
                self._stopped.wait(0.1)

    def _note(self, at: float, fields: Any) -> None:
        if fields[b"kind"] == b"progress":
            return
        seen, version = self._seen[fields[b"key"].decode()], fields[b"version"].decode()
        status, _ = status_of(version)
        if status is Status.RUNNING:
            seen.begun.append(at)
        elif status.is_final and seen.value is None:
            # An end may be announced that is then refused, and taken back: the value tells.
            seen.value = self.value(fields[b"key"].decode())
