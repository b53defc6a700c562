"""Celery's consumer, made deaf to messages that are none and silent about what is in them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from celery import signals
from celery.concurrency.base import BasePool
from celery.concurrency.solo import TaskPool as SoloPool
from celery.exceptions import NotRegistered, WorkerTerminate
from celery.worker import state
from celery.worker.consumer import Consumer as StockConsumer

_log: Final = logging.getLogger(__name__)


class Consumer(StockConsumer):
    """`worker_consumer`: drops what cannot be a task, and logs why but never what.

    The stock one logs whole payloads, and ends the worker on some of them.
    """

    connection_errors: tuple[type[Exception], ...]
    event_dispatcher: Any

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
        handle = super().create_task_handler(*args, **kwargs)
        # Celery counts KeyError among the connection errors, for kombu's sake.
        passes: tuple[type[BaseException], ...] = (
            MemoryError,
            *(error for error in self.connection_errors if error is not KeyError),
        )

        def handle_or_drop(message: Any) -> Any:
            try:
                return handle(message)
            except passes:
                raise
            except Exception as exc:
                if _is_in_hand(message):
                    raise
                self._drop(message, f"it is no task message ({type(exc).__name__})")
                signals.task_rejected.send(sender=self, message=message, exc=None)

        return handle_or_drop

    def on_unknown_message(self, body: Any, message: Any) -> None:
        self._drop(message, "it names no task")
        signals.task_rejected.send(sender=self, message=message, exc=None)

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:
        headers = message.headers
        name, uuid = headers.get("task"), headers.get("id")
        self._drop(message, f"no task {str(name)[:100]!r} is registered here")
        if self.event_dispatcher and isinstance(uuid, str):
            exception = f"NotRegistered({str(name)[:100]!r})"
            self.event_dispatcher.send("task-failed", uuid=uuid, exception=exception)
        signals.task_unknown.send(
            sender=self, message=message, exc=NotRegistered(name), name=name, id=uuid
        )

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:
        self._drop(message, f"it is no valid task message ({type(exc).__name__})")
        signals.task_rejected.send(sender=self, message=message, exc=exc)

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        self._drop(message, f"its body cannot be decoded ({type(exc).__name__})")

    def cancel_active_requests(self) -> None:
        """At the end of a soft shutdown: stop what runs; its messages go back to the queue.

        Threads and the main thread of a solo worker cannot be killed, and Celery would fail in
        the attempt. A thread is left behind, to end with the process; a solo worker's run is
        broken off where it stands.
        """
        if type(self.pool).terminate_job is not BasePool.terminate_job:
            super().cancel_active_requests()
        elif isinstance(self.pool, SoloPool) and state.active_requests:
            raise WorkerTerminate(0)

    def _drop(self, message: Any, why: str) -> None:
        _log.error(
            "dropped a message from queue %s: %s (%d bytes)",
            message.delivery_info.get("routing_key"),
            why,
            len(message.body or ""),
        )
        if not message.acknowledged:
            message.reject_log_error(_log, self.connection_errors)


def _is_in_hand(message: Any) -> bool:
    """Whether the message has become a request that is on its way: then the error is Celery's."""
    return any(request.message is message for request in tuple(state.reserved_requests))
