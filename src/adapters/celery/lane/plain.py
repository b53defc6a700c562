"""Which messages the lane takes: those that ask of Celery nothing but to be run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from celery import signals
from celery.worker import state

from ....domain.chunk import CALLS, calls_in
from ....domain.errors import MalformedMessage
from ..streams.delay import due_time

_ASKED_IN_HEADERS: Final = ("expires", "group", "stamped_headers", "shadow")
_ASKED_IN_BODY: Final = ("callbacks", "errbacks", "chain", "chord")
_SIGNALS: Final = (
    signals.task_received,
    signals.task_prerun,
    signals.task_postrun,
    signals.task_success,
    signals.task_retry,
    signals.task_failure,
)


def plain_call(message: Any) -> Mapping[str, Any] | None:
    """The keyword arguments of a message for the lane; None if it takes Celery's own way.

    So countdowns that are not over, expiry, canvas, stamps, time limits, revocation and handlers of
    Celery's task signals are Celery's to see to, as ever.
    """
    headers = message.headers
    if "task" not in headers or any(headers.get(name) for name in _ASKED_IN_HEADERS):
        return None
    if headers.get("eta") and not _has_come(headers):
        return None
    limits = headers.get("timelimit")
    if limits and any(limits):
        return None
    if headers["id"] in state.revoked or any(signal.receivers for signal in _SIGNALS):
        return None
    args, kwargs, embedded = message.payload
    if args or any((embedded or {}).get(name) for name in _ASKED_IN_BODY):
        return None
    return kwargs  # type: ignore[no-any-return]  # checked by `check_task_message`


def _has_come(headers: Mapping[str, Any]) -> bool:
    """Whether the time of a delayed message has come; one that cannot be read is Celery's."""
    due = due_time({"headers": headers})
    return due is not None and due <= time.time()


def chunk_of(message: Any) -> list[dict[str, Any]] | None:
    """The calls of a message with many, each as the arguments of a message for it alone.

    None for all other messages, and for what is no right chunk: one that cannot be read, one with a
    canvas, which would not know which call to go on from, and one that was revoked as a whole.
    """
    if "task" not in message.headers or message.headers["id"] in state.revoked:
        return None
    args, kwargs, embedded = message.payload
    if CALLS not in kwargs or args or any((embedded or {}).get(name) for name in _ASKED_IN_BODY):
        return None
    try:
        return calls_in(kwargs)
    except MalformedMessage:
        return None
