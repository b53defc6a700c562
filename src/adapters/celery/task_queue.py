"""The API's way to the workers: a Celery message for each task, a batch in one round trip."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from celery import Celery
from kombu import Connection

from ...domain.backlog import Backlog
from ...domain.errors import PortError, QueueUnavailable
from ...domain.task import Task
from ...ports.bundles import QueueOptions, TaskQueueAdapter
from ...ports.task_queue import Letter
from ...ports.task_signer import TaskSigner
from .app import make_app
from .connection import TRANSPORTS
from .failure import translated, was_cut_off
from .outgoing import Outgoing, Way, outgoing_all
from .publishing_thread import PublishingThread
from .streams.backlog import StreamBacklog
from .streams.keys import MESSAGE, queue_keys

_PATIENCE: Final = timedelta(seconds=3)
"""Longest wait of a caller: the API answers 503 rather than hold its client up."""

_BOUNDS: Final = {
    # Within the patience of the caller: a second to connect, two for the answer.
    "max_retries": 0,
    "socket_connect_timeout": 1.0,
    "socket_timeout": 2.0,
}


@dataclass(slots=True)
class _Question:
    """How much waits; asked by the same thread, over the same connection as what is sent."""

    answer: Backlog | PortError | None = None


class CeleryTaskQueue:
    """`TaskQueue` over kombu's connection to the broker.

    kombu is synchronous, so a thread works for all callers of this process, with one connection.
    It is dropped after every failure, and made again for the next callers.
    """

    def __init__(
        self, app: Celery, *, inline_source_bytes: int, signer: TaskSigner | None = None
    ) -> None:
        self._app = app
        self._queue: str = app.conf.task_default_queue
        self._way = Way(
            queue=self._queue,
            inline_source_bytes=inline_source_bytes,
            sign=None if signer is None else signer.sign,
        )
        self._signing_waits = signer is not None and signer.waits
        self._thread = PublishingThread[Outgoing | _Question](
            self._publish, name="fleeting-publish"
        )
        self._connection: Connection | None = None
        self._look = StreamBacklog()
        self._stream = _stream(app)

    async def put(self, tasks: Sequence[Task]) -> None:
        if tasks:
            await self._sent(await self._outgoing(tasks))

    def letter(self, task: Task) -> Letter | None:
        if self._stream is None or task.countdown or self._signing_waits:
            return None
        [message] = outgoing_all([task], self._way)
        return Letter(self._stream, (MESSAGE, message.raw))

    async def ping(self) -> None:
        await self._sent([])

    async def backlog(self) -> Backlog:
        question = _Question()
        await self._sent([question])
        if isinstance(question.answer, PortError):
            raise question.answer
        return question.answer or Backlog(0, None)

    async def aclose(self) -> None:
        """Close the connection; the next call would make another."""
        await asyncio.to_thread(self._thread.stop)
        self._disconnect()

    async def _outgoing(self, tasks: Sequence[Task]) -> list[Outgoing]:
        if self._signing_waits:
            return await asyncio.to_thread(lambda: list(outgoing_all(tasks, self._way)))
        return list(outgoing_all(tasks, self._way))

    async def _sent(self, messages: Sequence[Outgoing | _Question]) -> None:
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                await self._thread(messages)
        except TimeoutError:
            raise QueueUnavailable(
                "the task queue did not answer in time: try again; what was sent may have arrived"
            ) from None

    def _publish(self, items: Sequence[Outgoing | _Question]) -> None:
        try:
            try:
                self._carry_out(items)
            except QueueUnavailable as exc:
                if not was_cut_off(exc):
                    raise
                # A new connection may do: Redis cuts those of a user that is deleted. What was
                # sent twice is run once, as claims see to it.
                self._disconnect()
                self._carry_out(items)
        except BaseException:
            self._disconnect()
            raise

    def _carry_out(self, items: Sequence[Outgoing | _Question]) -> None:
        messages = [item for item in items if isinstance(item, Outgoing)]
        with translated():
            channel: Any = self._connected().default_channel
            if messages:
                _put(channel, self._queue, messages)
            elif not items:
                _ping(channel)
            for item in items:
                if isinstance(item, _Question):
                    self._answer(item, channel)

    def _answer(self, question: _Question, channel: Any) -> None:
        """A denied look must not fail those whose messages came along."""
        from .streams.queue import StreamQueues

        try:
            with translated():
                question.answer = (
                    self._look(channel, self._queue)
                    if isinstance(channel, StreamQueues)
                    # Lists do not tell when their messages came.
                    else Backlog(channel._size(self._queue), None)  # noqa: SLF001 - kombu's seam
                )
        except PortError as exc:
            question.answer = exc

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._app.connection_for_write(transport_options=_BOUNDS)
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.release()


def _stream(app: Celery) -> str | None:
    """Where messages wait that are sent to no time; None: not in a stream."""
    if app.conf.broker_transport not in TRANSPORTS:
        return None
    prefix = app.conf.broker_transport_options["global_keyprefix"]
    return queue_keys(prefix, app.conf.task_default_queue).streams[0]


def _put(channel: Any, queue: str, messages: Sequence[Outgoing]) -> None:
    from .streams.publishing import put_all
    from .streams.queue import StreamQueues

    if isinstance(channel, StreamQueues):
        put_all(channel, queue, messages)
        return
    # kombu's own transport, which has its own way to encode bodies.
    for message in messages:
        channel.basic_publish(json.loads(message.raw), "", queue)


def _ping(channel: Any) -> None:
    with channel.conn_or_acquire() as client:
        client.ping()


def open_task_queue(url: str, options: QueueOptions) -> TaskQueueAdapter:
    """The adapter for a broker's URL: entry-point group `fleeting.task_queue`.

    Raises:
        InvalidSetting: the URL is not one for Celery.
    """
    app = make_app(
        url,
        prefix=options.prefix,
        queue=options.name,
        find_credentials=options.find_credentials,
    )
    queue = CeleryTaskQueue(
        app,
        inline_source_bytes=options.inline_source_bytes,
        signer=options.signer,
    )
    return TaskQueueAdapter(queue=queue, health=queue, aclose=queue.aclose)
