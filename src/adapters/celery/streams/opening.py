"""From what Redis handed out to a message that kombu may have: held, looked into, and due."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from ....domain.errors import MalformedMessage
from ..damaged import stand_in
from ..envelope import open_envelope
from .custody import Custody
from .delay import due_time
from .entry import Delivery, Entry

_log: Final = logging.getLogger(__name__)

_HELD_SECONDS: Final = 1.0
"""A message that is due so soon waits in the worker: clocks may differ by that."""

_SUSPICIOUS: Final = 20
"""Deliveries after which each further one is told to the operator."""

Message = dict[str, Any]


def open_delivery(
    custody: Custody,
    entry: Entry,
    delivery: Delivery,
    *,
    queue: str,
    priority_of: Callable[[Mapping[str, Any]], int],
) -> Message | None:
    """Take charge of a message and make it ready for its consumer.

    Its delivery tag becomes the entry's: what a sender wrote need not be unique.

    Returns:
        None where there is nothing to deliver: it is no message, and dropped, or it is not due
        for long, and waits in its queue.
    """
    tag = custody.hold(entry)
    message = _opened(delivery, queue)
    if message is None:
        custody.ack(tag)
        return None
    due = due_time(message)
    if due is not None and due > custody.clock.now() + _HELD_SECONDS:
        step = entry.queue.step(priority_of(message))
        custody.put_aside(tag, step, due, delivery.raw)
        return None
    message["properties"]["delivery_tag"] = tag
    if delivery.deliveries:
        _mark_redelivered(message, delivery.deliveries, queue)
    return message


def _opened(delivery: Delivery, queue: str) -> Message | None:
    try:
        return open_envelope(delivery.raw)
    except MalformedMessage as exc:
        size = len(delivery.raw)
        _log.error("dropped %d bytes from queue %s: %s", size, queue, exc.message)
        return stand_in(delivery.raw, queue)


def _mark_redelivered(message: Message, deliveries: int, queue: str) -> None:
    if deliveries >= _SUSPICIOUS:
        _log.warning("a message from queue %s comes for time %d", queue, deliveries + 1)
    message["properties"]["delivery_info"]["redelivered"] = True
    marks = {"redelivered": True, "x-delivery-count": deliveries}
    message["headers"] = (message.get("headers") or {}) | marks
