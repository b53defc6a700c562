"""The half of a channel that takes messages: asks Redis, reads the answer, hands it on.

The names are those of kombu's channel, which asks by BRPOP; its event loop calls them.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from queue import Empty
from time import monotonic
from typing import Any, Final

import redis
from kombu.utils.encoding import bytes_to_str
from redis.exceptions import ResponseError

from ....domain.errors import MalformedMessage
from ..damaged import stand_in
from ..envelope import open_envelope
from .custody import Custody
from .entry import Delivery, Entry, read_reply
from .keys import GROUP, QueueKeys
from .opening import Message, open_delivery
from .process import Keeping, keeping
from .queue import StreamQueues, is_list
from .reader import Reader
from .scripts import call, run
from .taking import BATCH, Asking, are_streams_gone

_log: Final = logging.getLogger(__name__)

_PATIENCE_SECONDS: Final = 5.0
"""Longest wait for an answer where the connection's options name none."""


class StreamPolling(StreamQueues):
    """Takes from streams under the name of a reader, and from lists of remote control."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keeping: Keeping | None = None
        self._reader = Reader()
        self._asking = Asking(self.brpop_timeout or 1)
        self._has_asked_lists = False
        self._unacknowledged: set[str] = set()

    @property
    def custody(self) -> Custody:
        """Where the messages are that this channel took."""
        return self.keeping.custody

    @property
    def is_asking(self) -> bool:
        """Whether an answer is waited for: whatever comes is read without further ado."""
        return bool(self._in_poll)

    @property
    def keeping(self) -> Keeping:
        """This process' custody of the broker's messages, with its threads."""
        if self._keeping is None:
            broker = self.connection.client.as_uri(include_password=True), self.global_keyprefix
            self._keeping = keeping((*broker, self.visibility_timeout), self._make_keeping)
        return self._keeping

    def _make_keeping(self) -> Keeping:
        return Keeping(
            redis.Redis(connection_pool=self._get_pool()),
            visibility_seconds=self.visibility_timeout,
            patience_seconds=self.socket_timeout or _PATIENCE_SECONDS,
        )

    def basic_consume(self, queue: str, no_ack: bool, *args: Any, **kwargs: Any) -> Any:  # noqa: FBT001 - kombu's
        if no_ack:
            self._unacknowledged.add(queue)
        if queue not in self._fanout_queues and not is_list(queue):
            self.keeping.start()
        return super().basic_consume(queue, no_ack, *args, **kwargs)

    def basic_get(self, queue: str, no_ack: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - kombu's
        message = super().basic_get(queue, no_ack, **kwargs)
        if message is not None and no_ack and message.delivery_tag is not None:
            self.custody.ack(message.delivery_tag)
        return message

    def _on_connection_disconnect(self, connection: Any) -> None:
        if self._in_poll is connection:
            # Whatever Redis has handed into it stands under this reader's name.
            self._reader.retired = True
        super()._on_connection_disconnect(connection)

    def _brpop_start(self, timeout: float | None = None) -> None:
        queues = self._queue_cycle.consume(len(self.active_queues))
        lists = [queue for queue in queues if is_list(queue)]
        streams = [self.keys(queue) for queue in queues if not is_list(queue)]
        if not queues:
            return
        # Both kinds cannot be waited for at once, so they take turns.
        self._has_asked_lists = bool(lists) and not (streams and self._has_asked_lists)
        words = self._ask_lists(lists) if self._has_asked_lists else self._ask_streams(streams)
        self._in_poll = self.client.connection
        self._brpop_sent_at = monotonic()
        self.client.connection.send_command(*words)

    def _ask_lists(self, queues: Collection[str]) -> tuple[Any, ...]:
        keys = [self._q_for_pri(queue, step) for step in self.priority_steps for queue in queues]
        return ("BRPOP", *(f"{self.global_keyprefix}{key}" for key in keys), self.brpop_timeout)

    def _ask_streams(self, queues: Sequence[QueueKeys]) -> tuple[Any, ...]:
        reader = self._enrolled(queues)
        room = self.qos.can_consume_max_estimate()
        limit = BATCH if room is None else max(1, min(room, BATCH))
        return self._asking.words(reader, queues, limit)

    def _enrolled(self, queues: Iterable[QueueKeys]) -> Reader:
        """The reader of this connection, known to Redis as alive."""
        if self._reader.retired:
            self._reader = Reader()
            self._asking.start_over()
        wanted = dict.fromkeys((*self._reader.queues, *queues))
        if len(wanted) > len(self._reader.queues):
            self.custody.enroll(self._reader, wanted)
        return self._reader

    def _brpop_read(self, **options: Any) -> bool:
        try:
            reply = self._reply()
        finally:
            self._in_poll = None
            self._flush_brpop_reauth()
        if self._has_asked_lists:
            return self._deliver_from_list(reply)
        found = self._asking.understand(reply)
        if not found:
            raise Empty
        self._deliver_all(found, self._reader)
        return True

    def _reply(self) -> Any:
        connection = self.client.connection
        try:
            return connection.read_response()
        except ResponseError as exc:
            if self._asking.forgive(exc):
                raise Empty from None
            if not are_streams_gone(exc):
                raise
            # A server that lost its data: everything has to be made again.
            self._reader.retired = True
            raise Empty from None
        except self.connection_errors:
            # Disconnected, so that the next round connects again by itself.
            connection.disconnect()
            raise

    def _read_the_rest(self) -> None:
        """Give back what Redis hands out to a question that nobody waits for any more."""
        if not self._in_poll:
            return
        try:
            reply = self.client.connection.read_response()
        except ResponseError:
            return
        except self.connection_errors:
            return
        finally:
            self._in_poll = None
        if not self._has_asked_lists:
            self._return(read_reply(reply), self._reader)

    def _return(self, deliveries: Iterable[Delivery], reader: Reader) -> None:
        entries = [_entry(each, reader) for each in deliveries]
        self.custody.outbox.give_back(entries)

    def _deliver_all(self, found: Collection[Delivery], reader: Reader) -> None:
        """Hand all to their consumers; what one's failure leaves over goes back."""
        waiting = deque(found)
        try:
            while waiting:
                self._deliver_one(waiting.popleft(), reader)
        finally:
            self._return(waiting, reader)

    def _deliver_one(self, delivery: Delivery, reader: Reader) -> None:
        entry = _entry(delivery, reader)
        name = entry.queue.inboxes[0].removeprefix(self.global_keyprefix)
        message = self._open(entry, delivery, name)
        if message is None:
            return
        self._queue_cycle.rotate(name)
        try:
            self.connection._deliver(message, name)  # noqa: SLF001 - as stock
        finally:
            if name in self._unacknowledged:
                self.custody.ack(entry.tag)
            elif not self.qos.has(entry.tag):
                # Nobody took it: the consumer was cancelled, or something failed on the way.
                self.custody.give_back([entry.tag])

    def _open(self, entry: Entry, delivery: Delivery, name: str) -> Message | None:
        return open_delivery(
            self.custody, entry, delivery, queue=name, priority_of=self._get_message_priority
        )

    def _deliver_from_list(self, reply: Any) -> bool:
        if not reply:
            raise Empty
        key, raw = bytes_to_str(reply[0]), reply[1]
        queue = key.removeprefix(self.global_keyprefix).rsplit(self.sep, 1)[0]
        self._queue_cycle.rotate(queue)
        message: Message | None
        try:
            message = open_envelope(raw)
        except MalformedMessage as exc:
            _log.error("dropped %d bytes from queue %s: %s", len(raw), queue, exc.message)
            message = stand_in(raw, queue)
        if message is not None:
            self.connection._deliver(message, queue)  # noqa: SLF001 - as stock
        return True

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        if is_list(queue):
            return super()._get(queue)
        keys = self.keys(queue)
        self.keeping.start()
        reader = self._enrolled([keys])
        take = call("take", keys.readable, GROUP, reader.name, 1)
        for delivery in read_reply(run(self.raw_client, [take])[0]):
            message = self._open(_entry(delivery, reader), delivery, queue)
            if message is not None:
                return message
        raise Empty


def _entry(delivery: Delivery, reader: Reader) -> Entry:
    queue = next(queue for queue in reader.queues if delivery.stream in queue.readable)
    return Entry(queue, delivery.stream, delivery.id)
