"""What of kombu's Redis transport the one beside builds on.

kombu's stubs leave out the methods that a transport's subclass overrides and calls, so they are
declared here once, as they are in kombu 5.7: pyproject.toml admits no other minor version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kombu.transport import redis as stock

if TYPE_CHECKING:
    from collections import OrderedDict
    from typing import Any

    class StockQoS(stock.QoS):
        """Messages that a channel has taken and not acknowledged."""

        channel: Any
        visibility_timeout: Any
        _delivered: OrderedDict[str, Any]
        _dirty: set[str]
        _on_collect: Any

        def _flush(self) -> None: ...
        def _remove_from_indices(self, delivery_tag: str, pipe: Any = ...) -> Any: ...

    class StockChannel(stock.Channel):
        """A channel of one connection."""

        connection_errors: tuple[type[Exception], ...]
        _qos: Any
        _pool: Any
        _in_poll: Any
        _consumers: set[str]
        _queue_cycle: Any

        def _disconnect_pools(self) -> None: ...
        def _close_clients(self) -> None: ...
        def _flush_brpop_reauth(self) -> None: ...
        def _brpop_read(self, **options: Any) -> bool: ...
        def _deliver_fanout_message(self, message: Any, exchange: str) -> bool: ...
        def _q_for_pri(self, queue: str, priority: int) -> str: ...

    class StockSentinelChannel(stock.SentinelChannel, StockChannel):
        """A channel whose server is named by Sentinels."""
else:
    StockQoS = stock.QoS
    StockChannel = stock.Channel
    StockSentinelChannel = stock.SentinelChannel
