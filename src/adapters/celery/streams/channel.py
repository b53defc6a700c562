"""A channel that outlives its connection: late acknowledgements find their way."""

from __future__ import annotations

import logging
from typing import Any, Final

from kombu.transport import virtual

from ....domain.errors import MalformedMessage
from ..envelope import check_envelope
from ..kombu_redis import StockSentinelChannel
from .message import StreamMessage
from .polling import StreamPolling
from .qos import QoS as StreamQoS

_log: Final = logging.getLogger(__name__)


class Channel(StreamPolling):
    """What it takes is in the process' custody, and stays there when the connection breaks."""

    QoS: Any = StreamQoS
    Message: Any = StreamMessage

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Made while the connection's parameters are there; connects when it is first used.
        self._pool = self.pool

    def close(self) -> None:
        if self.closed:
            return
        # An orderly stop cancels its consumers first; a lost connection does not.
        is_lost = bool(self._consumers)
        self._read_the_rest()
        if is_lost and self._qos is not None:
            self._let_go(self._qos)
        try:
            super().close()
        except self.connection_errors:
            self._close_without_redis()
        self._reader.retired = True
        if self._keeping is not None and not is_lost and not self._keeping.has_worker:
            self._keeping.close()

    def _let_go(self, qos: StreamQoS) -> None:
        kept, dropped = qos.let_go()
        if kept or dropped:
            _log.warning(
                "connection to Redis lost: %d running task(s) keep their message, %d go(es) back",
                kept,
                dropped,
            )

    def _close_without_redis(self) -> None:
        self._disconnect_pools()
        self._close_clients()
        virtual.Channel.close(self)

    def _disconnect_pools(self) -> None:
        pool = self._pool
        super()._disconnect_pools()
        # redis-py connects a disconnected pool again when it is asked for a connection.
        self._pool = pool

    def _deliver_fanout_message(self, message: Any, exchange: str) -> bool:
        try:
            check_envelope(message)
        except MalformedMessage as exc:
            _log.error("dropped a broadcast on %s: %s", exchange, exc.message)
            return False
        return super()._deliver_fanout_message(message, exchange)


class SentinelChannel(Channel, StockSentinelChannel):
    """The same, where Sentinels name the server."""
