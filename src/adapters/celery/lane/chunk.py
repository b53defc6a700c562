"""A message that carries many calls, while this worker has it: each call ends by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from ....domain.chunk import with_calls
from ..repacking import put_back, repacked


class Chunk:
    """Acknowledges its message once every call was settled, or put back into the queue.

    Calls may be settled by any thread; all else is for the consumer's.
    """

    def __init__(self, message: Any, count: int) -> None:
        """Have `count` calls to see to."""
        self.message = message
        self.is_begun = False
        """Whether any call was begun: then the message stays here over a lost connection."""
        self.open = count
        """How many calls have to be seen to."""
        self._lock = Lock()

    def put_back(self, calls: Sequence[Any], logger: Any, errors: Any) -> None:
        """Queue some of the calls as a smaller chunk, as they stand in the message."""
        if calls:
            rest = with_calls(self.message.payload[1], calls)
            self._put_back([(repacked(self.message, rest), len(calls))], logger, errors)

    def put_back_alone(self, calls: Sequence[Mapping[str, Any]], logger: Any, errors: Any) -> None:
        """Queue calls as messages of their own, for Celery's own way."""
        if calls:
            parts = [(repacked(self.message, call, name=_name(call)), 1) for call in calls]
            self._put_back(parts, logger, errors)

    def settle(self, count: int, logger: Any, errors: Any) -> None:
        """Be done with so many calls."""
        with self._lock:
            self.open -= count
            is_over = self.open == 0
        if is_over:
            self.message.ack_log_error(logger, errors)

    def _put_back(self, parts: Sequence[tuple[str, int]], logger: Any, errors: Any) -> None:
        count = sum(calls for _, calls in parts)
        try:
            put_back(self.message, parts)
        except errors as exc:
            # The message stays unacknowledged, and goes back whole with its connection.
            logger.warning("%d call(s) cannot be put back into the queue: %r", count, exc)
        else:
            self.settle(count, logger, errors)


class CallMessage:
    """One call of a chunk in the shape of a message, as the lane and Celery's books see it."""

    __slots__ = ("call", "chunk", "headers", "payload")

    def __init__(self, chunk: Chunk, call: Any, alone: Mapping[str, Any]) -> None:
        """Stand for one call.

        Args:
            chunk: where it came.
            call: as it stands there.
            alone: the keyword arguments of a message for it.
        """
        self.chunk = chunk
        self.call = call
        self.payload = ((), alone, None)
        key = alone["key"]
        self.headers = {**chunk.message.headers, "id": key, "root_id": key}

    def ack_log_error(self, logger: Any, errors: Any) -> None:
        """Be done with the call."""
        self.chunk.settle(1, logger, errors)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.chunk.message, name)


def hand_back(messages: Sequence[Any], logger: Any, errors: Any) -> None:
    """Give messages back for others; calls of one chunk go back as one."""
    calls: dict[Chunk, list[Any]] = {}
    for message in messages:
        if isinstance(message, CallMessage):
            calls.setdefault(message.chunk, []).append(message.call)
        else:
            message.reject_log_error(logger, errors, requeue=True)
    for chunk, some in calls.items():
        chunk.put_back(some, logger, errors)


def _name(call: Mapping[str, Any]) -> str | None:
    key = call.get("key")
    return key if isinstance(key, str) else None
