"""What of kombu's Redis transport the one beside builds on.

kombu's stubs leave out the methods that a transport's subclass overrides and calls, so they are
declared here once, as they are in kombu 5.7: pyproject.toml admits no other minor version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kombu.transport import redis as stock
from kombu.transport import virtual

if TYPE_CHECKING:
    from collections import OrderedDict
    from typing import Any

    class VirtualQoS(virtual.QoS):
        """Messages that a channel has delivered and nobody has acknowledged."""

        channel: Any
        _delivered: OrderedDict[str, Any]
        _on_collect: Any

        def _flush(self) -> None: ...
        def can_consume(self) -> bool: ...

    class StockChannel(stock.Channel):
        """A channel of one connection."""

        QoS: Any
        qos: Any
        connection: Any
        connection_errors: tuple[type[Exception], ...]
        _qos: Any
        _pool: Any
        _in_poll: Any
        _consumers: set[str]
        _queue_cycle: Any
        _expires: dict[str, int]
        _fanout_queues: dict[str, Any]

        def _connparams(self, asynchronous: bool = ...) -> dict[str, Any]: ...  # noqa: FBT001
        def _get_pool(self, asynchronous: bool = ...) -> Any: ...  # noqa: FBT001 - kombu's
        def _disconnect_pools(self) -> None: ...
        def _close_clients(self) -> None: ...
        def _on_connection_disconnect(self, connection: Any) -> None: ...
        def _flush_brpop_reauth(self) -> None: ...
        def _brpop_read(self, **options: Any) -> bool: ...
        def _deliver_fanout_message(self, message: Any, exchange: str) -> bool: ...
        def _q_for_pri(self, queue: str, priority: int) -> str: ...

    class StockSentinelChannel(stock.SentinelChannel, StockChannel):
        """A channel whose server is named by Sentinels."""
else:
    VirtualQoS = virtual.QoS
    StockChannel = stock.Channel
    StockSentinelChannel = stock.SentinelChannel
