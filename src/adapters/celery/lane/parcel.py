"""A message on the lane, and what Celery's inspection and control see of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from celery.worker import state

from ....domain.task import Task
from ....usecases.execute import Claimed
from .chunk import CallMessage
from .pace import Kind


def kind_of(task: Task) -> Kind:
    """What the run time of a task is guessed by."""
    return task.source_digest, task.function


class Parcel:
    """One message with the task in it; `claimed` is set once this worker may run it."""

    __slots__ = ("arrived", "claimed", "message", "request", "task")

    def __init__(self, message: Any, task: Task, request: LaneRequest) -> None:
        self.message = message
        self.task = task
        self.request = request
        self.arrived = time.monotonic()
        self.claimed: Claimed | None = None

    @property
    def kind(self) -> Kind:
        """What its run time is guessed by."""
        return kind_of(self.task)

    @property
    def stays(self) -> bool:
        """Whether a lost connection leaves it here: it came with calls that are being run."""
        return isinstance(self.message, CallMessage) and self.message.chunk.is_begun

    def begin(self) -> None:
        """Note that this worker runs it, or some other call that came with it."""
        if isinstance(self.message, CallMessage):
            self.message.chunk.is_begun = True

    @property
    def place(self) -> tuple[str, str]:
        """Where its result goes: two parcels of one place must not be claimed together."""
        return self.task.namespace, self.task.key


class LaneRequest:
    """Stands for a parcel in Celery's books; Celery's own request is made when somebody looks.

    Making one costs as much as running a short script.
    """

    # With a dictionary, made when it is needed: Celery notes things of its own with requests.
    __slots__ = (
        "__dict__",
        "__weakref__",
        "_make",
        "_terminate",
        "_whole",
        "acknowledged",
        "id",
        "message",
        "task",
        "time_start",
        "worker_pid",
    )

    def __init__(
        self, message: Any, task: Any, make: Callable[[Any], Any], terminate: Callable[[], None]
    ) -> None:
        self.id: str = message.headers["id"]
        self.message = message
        self.task = task
        self.acknowledged = False
        self.time_start: float | None = None
        self.worker_pid: int | None = None
        self._make = make
        self._terminate = terminate
        self._whole: Any = None

    @property
    def name(self) -> str:
        """The task's name."""
        return str(self.task.name)

    def terminate(self, pool: Any, signal: Any = None) -> None:
        """End the run as cancelled: `revoke(terminate=True)`."""
        self._terminate()

    def info(self, safe: bool = False) -> Any:  # noqa: FBT001, FBT002 - Celery's
        """What `inspect` shows."""
        whole = self._request()
        whole.time_start, whole.worker_pid = self.time_start, self.worker_pid
        whole.acknowledged = self.acknowledged
        return whole.info(safe=safe)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request(), name)

    def _request(self) -> Any:
        if self._whole is None:
            self._whole = self._make(self.message)
        return self._whole


def note_reserved(request: LaneRequest) -> None:
    """Celery's books: the message is here, nobody works on it."""
    state.requests[request.id] = request
    state.reserved_requests.add(request)


def note_active(request: LaneRequest) -> None:
    """Celery's books: it is being worked on; after a lost connection it is still here."""
    request.time_start = time.time()
    request.worker_pid = os.getpid()
    state.active_requests.add(request)
    state.total_count[request.name] += 1
    state.all_total_count[0] += 1


def note_gone(request: LaneRequest) -> None:
    """Celery's books: the message has been dealt with, or goes back."""
    request.acknowledged = True
    state.requests.pop(request.id, None)
    state.active_requests.discard(request)
    state.reserved_requests.discard(request)
