"""Children kept for further runs of the same source by the same tenant."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import islice
from threading import Lock
from typing import TypeAlias

from ...ports.runner import RunRequest
from .confinement import Confinement
from .zygote_child import ZygoteChild

Key: TypeAlias = tuple[object, ...]
"""What runs must have in common to share a child: what a run leaves behind is found by the next
one of its own source and tenant, and by no other. The limits belong to it, because a process can
only lower them."""


class KeptChildren:
    """Children that wait for another run; a child that may have been harmed never gets here."""

    def __init__(self, confinement: Confinement) -> None:
        self._runs = confinement.reuse_runs
        self._age = confinement.reuse_age.total_seconds()
        self._idle = confinement.reuse_idle
        self._lock = Lock()
        self._waiting: dict[ZygoteChild, Key] = {}
        """The longest waiting first."""

    def take(self, request: RunRequest) -> ZygoteChild | None:
        """One that has run the same before, if one waits: the latest, whose memory is warmest."""
        key = _key(request)
        while (child := self._last(key)) is not None:
            if self._is_young(child) and child.is_idle():
                return child
            _end(child)
        return None

    def put(self, request: RunRequest, child: ZygoteChild) -> None:
        """Keep a child that has just answered, unless it has served its time."""
        if not self._is_young(child):
            _end(child)
            return
        with self._lock:
            self._waiting[child] = _key(request)
        self._sweep()

    def close(self) -> None:
        """End them all."""
        self._end_where(lambda _: True)

    def _is_young(self, child: ZygoteChild) -> bool:
        return child.runs < self._runs and time.monotonic() - child.born < self._age

    def _last(self, key: Key) -> ZygoteChild | None:
        with self._lock:
            for child in reversed(self._waiting):
                if self._waiting[child] == key:
                    del self._waiting[child]
                    return child
        return None

    def _sweep(self) -> None:
        """End those that are too old or too many."""
        with self._lock:
            too_many = set(islice(self._waiting, max(0, len(self._waiting) - self._idle)))
            oldest = next(iter(self._waiting), None)
            if not too_many and (oldest is None or self._is_young(oldest)):
                return
        self._end_where(lambda child: child in too_many or not self._is_young(child))

    def _end_where(self, is_over: Callable[[ZygoteChild], bool]) -> None:
        with self._lock:
            over = [child for child in self._waiting if is_over(child)]
            for child in over:
                del self._waiting[child]
        for child in over:
            _end(child)


def _key(request: RunRequest) -> Key:
    return (
        request.tenant,
        request.digest,
        request.libraries,
        request.memory_bytes,
        request.timeout,
    )


def _end(child: ZygoteChild) -> None:
    child.end()
    child.close()
