"""kombu's Redis transport, made to survive Redis going away and what strangers push to a queue.

Three faults of the stock one are mended here: it raises what is no connection error when Redis
goes away under unacknowledged messages, so the worker exits; it gives running tasks' messages to
others on every cut connection; and anything in a list that is no message ends the worker. What it
cannot mend is the moment between BRPOP and the note in `unacked`: there a killed process loses
the message.
"""

from __future__ import annotations

import logging
from queue import Empty
from typing import Any, Final

from kombu.transport import redis as stock
from kombu.transport import virtual
from kombu.utils.encoding import bytes_to_str
from kombu.utils.json import dumps

from ...domain.errors import MalformedMessage
from .envelope import check_envelope, open_envelope
from .kombu_redis import StockChannel, StockSentinelChannel
from .qos import QoS

_log: Final = logging.getLogger(__name__)


class Channel(StockChannel):
    """A channel that outlives its connection: late acknowledgements find their way."""

    QoS = QoS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Made while the connection's parameters are there; connects when it is first used.
        self._pool = self.pool

    def put_back(
        self, raw: Any, exchange: str, routing_key: str, pipe: Any, *, leftmost: bool = False
    ) -> None:
        """Queue a message again, marked as redelivered."""
        _mark_redelivered(raw)
        push = pipe.lpush if leftmost else pipe.rpush
        priority = self._get_message_priority(raw, reverse=False)
        for queue in self._lookup(exchange, routing_key):
            push(self._q_for_pri(queue, priority), dumps(raw))

    def close(self) -> None:
        if self.closed:
            return
        self._return_unread()
        # An orderly stop cancels its consumers first; a lost connection does not.
        if self._consumers and self._qos is not None:
            self._qos.let_go()
        try:
            super().close()
        except self.connection_errors:
            self._close_without_redis()

    def _close_without_redis(self) -> None:
        self._disconnect_pools()
        self._close_clients()
        virtual.Channel.close(self)

    def _disconnect_pools(self) -> None:
        pool = self._pool
        super()._disconnect_pools()
        # redis-py connects a disconnected pool again when it is asked for a connection.
        self._pool = pool

    def _return_unread(self) -> None:
        """Push back what Redis hands out to a BRPOP that nobody waits for any more."""
        if not self._in_poll:
            return
        try:
            reply = self.client.parse_response(self.client.connection, "BRPOP")
        except self.connection_errors:
            reply = None
        finally:
            self._in_poll = None
        if reply:
            key, raw = bytes_to_str(reply[0]), reply[1]
            try:
                with self.conn_or_acquire() as client:
                    client.rpush(key, raw)
            except self.connection_errors:
                self._qos.owe(lambda pipe: pipe.rpush(key, raw))

    def _brpop_read(self, **options: Any) -> bool:
        try:
            reply = self._brpop_reply(**options)
            if not reply:
                raise Empty
            queue = bytes_to_str(reply[0]).rsplit(self.sep, 1)[0]
            self._queue_cycle.rotate(queue)
            self._deliver_checked(reply[1], queue)
            return True
        finally:
            self._in_poll = None
            self._flush_brpop_reauth()

    def _brpop_reply(self, **options: Any) -> Any:
        try:
            return self.client.parse_response(self.client.connection, "BRPOP", **options)
        except self.connection_errors:
            # Disconnected, so that the next round connects again by itself.
            self.client.connection.disconnect()
            raise

    def _deliver_checked(self, raw: bytes, queue: str) -> None:
        try:
            payload = open_envelope(raw)
        except MalformedMessage as exc:
            _log.error("dropped %d bytes from queue %s: %s", len(raw), queue, exc.message)
            return
        self.connection._deliver(payload, queue)  # noqa: SLF001 - as stock

    def _deliver_fanout_message(self, message: Any, exchange: str) -> bool:
        try:
            check_envelope(message)
        except MalformedMessage as exc:
            _log.error("dropped a broadcast on %s: %s", exchange, exc.message)
            return False
        return super()._deliver_fanout_message(message, exchange)


class SentinelChannel(Channel, StockSentinelChannel):
    """The same, where Sentinels name the server."""


class Transport(stock.Transport):
    """`broker_transport` for `redis://` and `rediss://`."""

    Channel = Channel


class SentinelTransport(stock.SentinelTransport):
    """`broker_transport` for `sentinel://`."""

    Channel = SentinelChannel


def _mark_redelivered(raw: dict[str, Any]) -> None:
    for part in (raw.get("headers"), raw["properties"]["delivery_info"]):
        if isinstance(part, dict):
            part["redelivered"] = True
