"""`Task.Strategy` of `fleeting.run`: where a message goes that has just come."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from celery.utils.imports import symbol_by_name
from celery.worker import strategy as stock

from ....domain.errors import MalformedMessage
from ....domain.task import Task
from .chunk import Chunk
from .lane import Lane
from .plain import chunk_of, plain_call

_log: Final = logging.getLogger(__name__)


def default(task: Any, app: Any, consumer: Any) -> Callable[..., Any]:
    """The lane for plain messages where the worker has one, Celery's own way for all others.

    Celery's own way knows single calls only: there a chunk goes back as messages of one call each.
    """
    ordinary: Callable[..., Any] = stock.default(task, app, consumer)
    lane: Lane | None = getattr(consumer, "lane", None)
    request_class = symbol_by_name(task.Request)

    def make_request(message: Any) -> Any:
        return request_class(
            message,
            app=app,
            task=task,
            hostname=consumer.hostname,
            eventer=consumer.event_dispatcher,
            connection_errors=consumer.connection_errors,
        )

    def handle(message: Any, body: Any, ack: Any, reject: Any, callbacks: Any) -> Any:
        has_lane = lane is not None and not consumer.task_buckets[task.name]
        plain = plain_call(message) if has_lane else None
        calls = chunk_of(message)
        if calls is not None and plain is None:
            chunk = Chunk(message, len(calls))
            chunk.put_back_alone(calls, _log, consumer.connection_errors)
            return None
        accepted = None if plain is None or calls is not None else _accepted(task, plain)
        if lane is not None and calls is not None:
            lane.offer_chunk(message, calls, make_request)
        elif lane is not None and accepted is not None:
            lane.offer(message, accepted, make_request)
        else:
            return ordinary(message, body, ack, reject, callbacks)
        for callback in callbacks or ():
            callback(make_request(message))
        return None

    return handle


def _accepted(task: Any, call: Mapping[str, Any]) -> Task | None:
    """The task in a call; None where Celery's own way says what is wrong with it."""
    try:
        return task.read(call)  # type: ignore[no-any-return]  # the task is Celery's to type
    except MalformedMessage:
        return None
