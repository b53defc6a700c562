"""Where Celery's canvas counts and keeps what it joins: chords need that, nothing else does."""

from __future__ import annotations

from typing import Any, Final

from .broker_url import Broker
from .streams.greeting import Provider

_KEPT_SECONDS: Final = 24 * 60 * 60
"""As long as a task may wait: a chord whose parts come that late still ends."""

_RETRIES: Final = {"max_retries": 10, "interval_start": 0.2, "interval_step": 0.4}
"""About ten seconds: a short absence of Redis costs no chord."""


def canvas_settings(
    broker: Broker, *, prefix: str, command_seconds: float, connect_seconds: float
) -> dict[str, Any]:
    """Celery's settings of a result backend on the broker's own server.

    For workers and for those who build canvas, never for web processes: Celery's `AsyncResult`
    would hold them up for 20 s each when Redis is away. Results stay ignored; what is written is
    what a chord joins, and the results of tasks that ask for it by `ignore_result=False`.

    Args:
        broker: where everything lives.
        prefix: put before every key.
        command_seconds: longest wait for an answer.
        connect_seconds: longest wait for a connection.
    """
    sentinel = {
        name: value
        for name, value in broker.options.items()
        if name in {"master_name", "sentinel_kwargs"}
    }
    changing = None if broker.credentials is None else Provider(broker.credentials)
    return {
        "result_backend": broker.url,
        "redis_backend_credential_provider": changing,
        "redis_backend_use_ssl": broker.tls,
        "result_backend_transport_options": {
            "global_keyprefix": prefix,
            "retry_policy": _RETRIES,
            **sentinel,
        },
        "result_backend_always_retry": True,
        "result_backend_max_retries": _RETRIES["max_retries"],
        "result_expires": _KEPT_SECONDS,
        "redis_socket_timeout": command_seconds,
        "redis_socket_connect_timeout": connect_seconds,
        "redis_socket_keepalive": True,
    }
