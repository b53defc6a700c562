"""`TaskQueue` in memory: bytes in, bytes out, each not before its time."""

from __future__ import annotations

import heapq
import json
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from threading import Condition, Event
from typing import Final

from ...domain.backlog import Backlog
from ...domain.errors import QueueFull
from ...domain.message import encode
from ...domain.seal import Sign, call_texts, seal
from ...domain.task import Task
from .switch import Switch

CAPACITY: Final = 100_000
"""Messages held at once: some hundred MB if each carries a source, and a sign of a lost worker."""


def _monotonic() -> timedelta:
    return timedelta(microseconds=time.monotonic_ns() // 1000)


class MemoryTaskQueue:
    """A bounded queue for the workers in this process; safe to use from several threads.

    Args:
        inline_bytes: sources up to this size travel in the message, as on a real queue.
        name: the queue's name, which signatures are for.
        sign: signs messages; None: they go unsigned.
        elapsed: the queue's clock; who moves one by hand calls `look_again` after it.
        capacity: how many messages it holds.
    """

    def __init__(
        self,
        *,
        inline_bytes: int,
        name: str = "memory",
        sign: Sign | None = None,
        elapsed: Callable[[], timedelta] = _monotonic,
        capacity: int = CAPACITY,
    ) -> None:
        self.switch = Switch()
        self._inline_bytes = inline_bytes
        self._name = name
        self._sign = sign
        self._elapsed = elapsed
        self._capacity = capacity
        self._changed = Condition()
        self._waiting: list[tuple[timedelta, int, bytes]] = []
        self._order = count()

    async def put(self, tasks: Sequence[Task]) -> None:
        self.switch.check()
        bodies = [(self._body(task), task.countdown) for task in tasks]
        with self._changed:
            if len(self._waiting) + len(bodies) > self._capacity:
                raise QueueFull(
                    f"the queue holds {self._capacity} tasks and takes no more: wait until "
                    "workers have caught up"
                )
            for body, countdown in bodies:
                self._push(body, countdown)
            self._changed.notify_all()

    async def backlog(self) -> Backlog:
        self.switch.check()
        with self._changed:
            now = self._elapsed()
            ages = [now - due for due, _, _ in self._waiting if due <= now]
        return Backlog(len(ages), max(ages, default=None))

    async def ping(self) -> None:
        self.switch.check()

    def put_back(self, body: bytes, delay: timedelta) -> None:
        """Deliver a message after `delay`, whether or not there is room: it was here before."""
        with self._changed:
            self._push(body, delay)
            self._changed.notify_all()

    def take(self, stopping: Event) -> bytes | None:
        """The message that is due first, waiting for one; None once `stopping` is set."""
        with self._changed:
            while not stopping.is_set():
                if (body := self.take_due()) is not None:
                    return body
                pause = self._pause()
                self._changed.wait(None if pause is None else max(0.0, pause.total_seconds()))
        return None

    def take_due(self) -> bytes | None:
        """The message that is due first, or None if none is due at this moment."""
        with self._changed:
            pause = self._pause()
            is_due = pause is not None and pause <= timedelta(0)
            return heapq.heappop(self._waiting)[2] if is_due else None

    def look_again(self) -> None:
        """Wake everybody in `take`: the clock was moved, or they are to stop."""
        with self._changed:
            self._changed.notify_all()

    def _body(self, task: Task) -> bytes:
        if self._sign is None:
            message = encode(task, inline_bytes=self._inline_bytes)
        else:
            message = seal(
                [task],
                call_texts([task]),
                sign=self._sign,
                queue=self._name,
                inline_bytes=self._inline_bytes,
            )
        return json.dumps(message, allow_nan=False).encode()

    def _push(self, body: bytes, delay: timedelta) -> None:
        heapq.heappush(self._waiting, (self._elapsed() + delay, next(self._order), body))

    def _pause(self) -> timedelta | None:
        """How long until a message is due; None where there is none."""
        return self._waiting[0][0] - self._elapsed() if self._waiting else None
