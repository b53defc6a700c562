"""What Celery's monitors hear of the lane: events as its own way sends them, where switched on."""

from __future__ import annotations

import time
from typing import Any

from ..call_repr import ARGSREPR, describe_call
from .parcel import LaneRequest


class Accounts:
    """Events of task messages; safe to call from any thread."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer

    def received(self, request: LaneRequest) -> None:
        """A message has come."""
        if self._is_heard:
            headers = request.message.headers
            self._send(
                "received",
                request,
                name=request.name,
                args=ARGSREPR,
                kwargs=describe_call(request.message.payload[1]),
                root_id=headers.get("root_id"),
                parent_id=headers.get("parent_id"),
                retries=headers.get("retries", 0),
                eta=None,
                expires=None,
            )

    def started(self, request: LaneRequest) -> None:
        """Its run begins."""
        if self._is_heard:
            self._send("started", request)

    def succeeded(self, request: LaneRequest, key: str) -> None:
        """It has served its purpose, whatever became of the script."""
        if self._is_heard:
            runtime = time.time() - (request.time_start or time.time())
            self._send("succeeded", request, result=repr(key), runtime=runtime)

    def retried(self, request: LaneRequest) -> None:
        """It comes again later."""
        if self._is_heard:
            self._send("retried", request, exception="Retry()", traceback="")

    def revoked(self, request: LaneRequest) -> None:
        """It was revoked before it began."""
        if self._is_heard:
            self._send("revoked", request, terminated=False, signum=None, expired=False)

    @property
    def _is_heard(self) -> bool:
        dispatcher = self._consumer.event_dispatcher
        if dispatcher is None or not dispatcher.enabled:
            return False
        return not dispatcher.groups or "task" in dispatcher.groups

    def _send(self, kind: str, request: LaneRequest, **fields: Any) -> None:
        dispatcher = self._consumer.event_dispatcher
        if dispatcher is not None:
            dispatcher.send(f"task-{kind}", uuid=request.id, **fields)
