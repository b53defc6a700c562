"""`Task.Strategy` of `fleeting.run`: where a message goes that has just come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery.utils.imports import symbol_by_name
from celery.worker import strategy as stock

from ....domain.errors import MalformedMessage
from .lane import Lane
from .plain import plain_call


def default(task: Any, app: Any, consumer: Any) -> Callable[..., Any]:
    """The lane for plain messages where the worker has one, Celery's own way for all others."""
    ordinary: Callable[..., Any] = stock.default(task, app, consumer)
    lane: Lane | None = getattr(consumer, "lane", None)
    if lane is None:
        return ordinary
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
        accepted = None if consumer.task_buckets[task.name] else _accepted(task, message)
        if accepted is None:
            return ordinary(message, body, ack, reject, callbacks)
        lane.offer(message, accepted, make_request)
        for callback in callbacks or ():
            callback(make_request(message))
        return None

    return handle


def _accepted(task: Any, message: Any) -> Any:
    """The task in the message; None where Celery's own way sees to it, or says what is wrong."""
    call = plain_call(message)
    if call is None:
        return None
    try:
        return task.read(call)
    except MalformedMessage:
        return None
