"""kombu's Redis transport, with streams in place of lists.

Put into `broker_transport`, see `connection.py`. Exchanges, remote control, events and everything
else that is published to many are kombu's own.
"""

from __future__ import annotations

from kombu.transport import redis as stock

from .channel import Channel, SentinelChannel


class Transport(stock.Transport):
    """`broker_transport` for `redis://` and `rediss://`."""

    Channel = Channel


class SentinelTransport(stock.SentinelTransport):
    """`broker_transport` for `sentinel://`."""

    Channel = SentinelChannel
