"""The API's way to the workers: a Celery message for each task, a batch in one round trip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread
from celery import Celery
from kombu import Connection, Producer

from ...domain.errors import QueueUnavailable
from ...domain.message import encode
from ...domain.task import Task
from ...ports.bundles import QueueOptions, TaskQueueAdapter
from .app import make_app
from .call_repr import ARGSREPR, describe_call
from .failure import translated
from .task import NAME

_PATIENCE: Final = timedelta(seconds=3)
"""Longest wait of a caller: the API answers 503 rather than hold its client up."""

_BOUNDS: Final = {
    # One attempt, within the patience of the caller: a second to connect, two for the answer.
    "max_retries": 0,
    "socket_connect_timeout": 1.0,
    "socket_timeout": 2.0,
}

_T = TypeVar("_T")


class CeleryTaskQueue:
    """`TaskQueue` over Celery's own producer.

    kombu is synchronous, so it works in a thread; one connection serves the process, and callers
    take turns. It is dropped after every failure, and made again for the next caller. Use an
    instance from one event loop only.
    """

    def __init__(self, app: Celery, *, inline_source_bytes: int) -> None:
        self._app = app
        self._inline_source_bytes = inline_source_bytes
        self._turn = anyio.Lock()
        self._producer: Producer | None = None
        self._failed_at = 0.0

    async def put(self, tasks: Sequence[Task]) -> None:
        if tasks:
            await self._in_thread(lambda: self._publish(tasks))

    async def ping(self) -> None:
        await self._in_thread(self._ping)

    async def aclose(self) -> None:
        """Close the connection; the next call would make another."""
        async with self._turn:
            await anyio.to_thread.run_sync(self._disconnect)

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        began = monotonic()
        try:
            with anyio.fail_after(_PATIENCE.total_seconds()):
                async with self._turn:
                    if self._failed_at > began:
                        raise QueueUnavailable("the task queue cannot be used at the moment")
                    return await anyio.to_thread.run_sync(self._guarded, work)
        except TimeoutError:
            raise QueueUnavailable(
                "the task queue did not answer in time: try again; what was sent may have arrived"
            ) from None

    def _guarded(self, work: Callable[[], _T]) -> _T:
        try:
            with translated():
                return work()
        except BaseException as exc:
            if isinstance(exc, QueueUnavailable):
                # Callers who waited for their turn meanwhile need not try the same in vain.
                self._failed_at = monotonic()
            self._disconnect()
            raise

    def _publish(self, tasks: Sequence[Task]) -> None:
        producer = self._connected()
        with producer.batch(max_size=len(tasks)):  # type: ignore[attr-defined]  # of kombu 5.7
            for task in tasks:
                self._send(producer, task)

    def _send(self, producer: Producer, task: Task) -> None:
        kwargs = encode(task, inline_bytes=self._inline_source_bytes)
        message = self._app.amqp.create_task_message(
            task.key,
            NAME,
            args=(),
            kwargs=kwargs,
            countdown=task.countdown.total_seconds() or None,
            argsrepr=ARGSREPR,
            kwargsrepr=describe_call(kwargs),
            ignore_result=True,
        )
        self._app.amqp.send_task_message(producer, NAME, message, retry=False)

    def _ping(self) -> None:
        channel: Any = self._connected().channel
        with channel.conn_or_acquire() as client:
            client.ping()

    def _connected(self) -> Producer:
        if self._producer is None:
            connection: Connection = self._app.connection_for_write(transport_options=_BOUNDS)
            self._producer = self._app.amqp.Producer(connection, auto_declare=False)
        return self._producer

    def _disconnect(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None and producer.connection is not None:
            producer.connection.release()


def open_task_queue(url: str, options: QueueOptions) -> TaskQueueAdapter:
    """The adapter for a broker's URL: entry-point group `fleeting.task_queue`.

    Raises:
        InvalidSetting: the URL is not one for Celery.
    """
    app = make_app(url, prefix=options.prefix, queue=options.name)
    queue = CeleryTaskQueue(app, inline_source_bytes=options.inline_source_bytes)
    return TaskQueueAdapter(queue=queue, health=queue, aclose=queue.aclose)
