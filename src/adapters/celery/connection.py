"""How Celery's connections to the broker are made, and the names of fleeting's transports."""

from __future__ import annotations

from typing import Any, Final

import kombu
from celery.app.amqp import AMQP
from kombu.transport import TRANSPORT_ALIASES

_PACE: Final = {"interval_start": 0.2, "interval_step": 0.4, "interval_max": 2.0}
"""Pauses between attempts in seconds: a worker is back within two seconds of its broker. Celery's
own grow to 30 s."""

TRANSPORTS: Final = {
    "fleeting-redis": "fleeting.adapters.celery.streams.transport:Transport",
    "fleeting-rediss": "fleeting.adapters.celery.streams.transport:Transport",
    "fleeting-sentinel": "fleeting.adapters.celery.streams.transport:SentinelTransport",
}
"""The names of fleeting's transports, whose queues are streams."""


def register_transports() -> None:
    """Make fleeting's transports known to kombu, as `broker_transport` and as URL schemes."""
    TRANSPORT_ALIASES.update(TRANSPORTS)


class Connection(kombu.Connection):
    """A connection that is made again at a quick pace, and shows no passwords."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        return super().ensure_connection(*args, **{**_PACE, **kwargs})

    def switch(self, conn_str: str) -> None:
        """Stay: redis-py asks every Sentinel by itself, and a switch would lose the transport."""

    def info(self) -> dict[str, Any]:
        """What remote control's `stats` shows; Celery takes out the broker's password only."""
        facts: dict[str, Any] = super().info()
        options = dict(facts["transport_options"])
        options.pop("sentinel_kwargs", None)
        options.pop("credentials", None)
        return facts | {"transport_options": options, "ssl": bool(facts["ssl"])}


class QuickAMQP(AMQP):
    """`Celery(amqp=…)`: the same, with these connections."""

    Connection = Connection
