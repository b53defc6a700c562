"""Celery's consumer, made deaf to messages that are none and silent about what is in them."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any, Final

from celery import signals
from celery.concurrency.solo import TaskPool as SoloPool
from celery.concurrency.thread import TaskPool as ThreadPool
from celery.exceptions import CPendingDeprecationWarning
from celery.worker import state
from celery.worker.consumer import Consumer as StockConsumer

from ...domain.errors import MalformedMessage
from .damaged import LaterRefusals, refusals_of
from .task import NAME
from .task_message import check_task_message

_log: Final = logging.getLogger(__name__)


class Consumer(StockConsumer):
    """`worker_consumer`: drops what cannot be a task, and logs why but never what.

    The stock one logs whole payloads, and ends the worker on some of them.
    """

    connection_errors: tuple[type[Exception], ...]
    event_dispatcher: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        task: Any = self.app.tasks.get(NAME)
        if task is not None:
            # Not when the application is made: who looks at workers needs no keys.
            task.open_message.check()
        self._refusals = LaterRefusals(self._refuse)

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
        handle = super().create_task_handler(*args, **kwargs)
        # Celery counts KeyError among the connection errors, for kombu's sake.
        passes: tuple[type[BaseException], ...] = (
            MemoryError,
            *(error for error in self.connection_errors if error is not KeyError),
        )

        def handle_or_drop(message: Any) -> Any:
            try:
                check_task_message(message)
                return handle(message)
            except passes:
                raise
            except MalformedMessage as exc:
                self._reject(message, exc.message)
            except Exception as exc:
                if _is_in_hand(message):
                    raise
                self._reject(message, f"Celery cannot read it ({type(exc).__name__})")

        return handle_or_drop

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        with warnings.catch_warnings():
            # At every lost connection Celery announces what its version 6 will do by default.
            warnings.simplefilter("ignore", CPendingDeprecationWarning)
            super().on_connection_error_after_connected(exc)

    def on_unknown_message(self, body: Any, message: Any) -> None:
        self._reject(message, "it names no task")

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:
        named = message.headers if "task" in message.headers else message.payload
        self._drop(message, f"no task {named['task'][:100]!r} is registered here")
        if self.event_dispatcher:
            self.event_dispatcher.send(
                "task-failed", uuid=named["id"], exception=f"NotRegistered({named['task'][:100]!r})"
            )
        signals.task_unknown.send(
            sender=self, message=message, exc=exc, name=named["task"], id=named["id"]
        )

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:
        self._reject(message, f"it is no valid task message ({type(exc).__name__})")

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        self._drop(message, f"its body cannot be decoded ({type(exc).__name__})")

    def cancel_active_requests(self) -> None:
        """At the end of a soft shutdown: stop what runs; its messages go back to the queue.

        Threads cannot be killed, and Celery would fail in the attempt: they end with the process.
        """
        if not isinstance(self.pool, ThreadPool | SoloPool):
            super().cancel_active_requests()

    def _refuse(self, error: MalformedMessage) -> None:
        task: Any = self.app.tasks[NAME]
        task.refuse(error)

    def _reject(self, message: Any, why: str) -> None:
        self._drop(message, why)
        signals.task_rejected.send(sender=self, message=message, exc=None)

    def _drop(self, message: Any, why: str) -> None:
        _log.error(
            "dropped a message from queue %s: %s (%d bytes)",
            message.delivery_info.get("routing_key"),
            why,
            len(message.body or ""),
        )
        self._refusals.add(refusals_of(message.body))
        if not message.acknowledged:
            message.reject_log_error(_log, self.connection_errors)


def _is_in_hand(message: Any) -> bool:
    """Whether the message has become a request that is on its way: then the error is Celery's."""
    return any(request.message is message for request in tuple(state.reserved_requests))
