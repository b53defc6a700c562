"""Messages that wait for their time: in a sorted set of their queue, not in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from .keys import QueueKeys

SOON: Final = 2.0
"""Seconds. Workers look once a second for what is due by then; what is due sooner rings."""


def due_time(message: Mapping[str, Any]) -> float | None:
    """Seconds since 1970 before which Celery would not run the message; None: it is not delayed.

    What is no time is Celery's to refuse.
    """
    headers = message.get("headers")
    eta = headers.get("eta") if isinstance(headers, dict) else None
    if not isinstance(eta, str):
        return None
    try:
        when = datetime.fromisoformat(eta)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def member(step: int, raw: str | bytes) -> bytes:
    """The message as an element of the sorted set, with the stream that it goes to when due."""
    body = raw.encode() if isinstance(raw, str) else raw
    return b"%d:%s" % (step, body)


def ring(queue: QueueKeys) -> tuple[str | int, ...]:
    """The command that has all workers look at once for what is due."""
    return ("XADD", queue.alarm, "MAXLEN", 1, "*", "due", "")
