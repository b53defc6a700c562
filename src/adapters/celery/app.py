"""The Celery application: the same for those who submit and those who work."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any, Final

from celery import Celery

from ...domain.errors import InvalidSetting
from ...ports.credentials import FindCredentials
from .broker_url import read_broker_url
from .canvas import canvas_settings
from .connection import QuickAMQP, register_transports
from .streams.step import CustodyStep

VISIBILITY: Final = timedelta(seconds=8)
"""How long a killed worker's messages stay out of reach. As long as a lease: a message that comes
back sooner finds the claim still valid and has to wait."""

LEAST_VISIBILITY: Final = timedelta(seconds=3)
"""Everybody looks once a second, and a break of half the timeout starts the waiting anew."""

SOFT_SHUTDOWN: Final = timedelta(seconds=7)
"""What runs may still take at shutdown; Cloud Foundry kills after 10 s, and handing back takes
two."""

_COMMAND_SECONDS: Final = 5.0
"""Longest wait for an answer of Redis: longer than the pauses of a healthy server (a fork for
persistence), short enough that a silent one is noticed."""

_CONNECT_SECONDS: Final = 3.0

_HEALTH_CHECK_SECONDS: Final = 10
"""A silent connection is replaced after one second more than twice this."""

_PUBLISH_RETRIES: Final = {
    "max_retries": 3,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
}
"""A second in all: then the message stays where it is, or the caller hears of it."""


def make_app(
    url: str,
    *,
    prefix: str,
    queue: str,
    visibility: timedelta = VISIBILITY,
    canvas: bool = False,
    find_credentials: FindCredentials | None = None,
) -> Celery:
    """Make the application for the broker at `url`; connects to nothing.

    Args:
        url: see `read_broker_url`.
        prefix: put before every key and channel; hash-tagged where the server is sharded.
        queue: name of the queue that tasks go to and workers take from.
        visibility: after how long without a sign of life a worker's messages are taken over.
        canvas: whether chords can be built and joined; see `canvas_settings` for who may.
        find_credentials: knows what the URL's option `credentials` means.

    Raises:
        InvalidSetting: the URL is not one for Celery, or the visibility is too short.
    """
    if visibility < LEAST_VISIBILITY:
        raise InvalidSetting(f"the visibility is at least {LEAST_VISIBILITY.total_seconds():g} s")
    register_transports()
    broker = read_broker_url(url, find_credentials)
    app = Celery("fleeting", amqp=QuickAMQP, set_as_current=False)
    app.conf.update(
        broker_url=broker.url,
        broker_use_ssl=broker.tls,
        broker_transport_options={
            **_transport_options(prefix, visibility),
            **broker.options,
            "credentials": broker.credentials,
        },
        **_MESSAGES,
        **_WORKER,
        **_CONNECTIONS,
        task_default_queue=queue,
    )
    if broker.transport is not None:
        app.conf.broker_transport = broker.transport
    if canvas:
        app.conf.update(
            canvas_settings(
                broker,
                prefix=prefix,
                command_seconds=_COMMAND_SECONDS,
                connect_seconds=_CONNECT_SECONDS,
            )
        )
    app.steps["consumer"].add(CustodyStep)
    # By its name, because only workers have use for what it imports.
    app.steps["consumer"].add("fleeting.adapters.celery.lane.step:LaneStep")
    return app


def _transport_options(prefix: str, visibility: timedelta) -> dict[str, Any]:
    return {
        "global_keyprefix": prefix,
        "visibility_timeout": math.ceil(visibility.total_seconds()),
        # Every second, one look for messages of dead workers; kombu's own figures give 100 s.
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "unacked_restore_limit": 100,
        "socket_timeout": _COMMAND_SECONDS,
        "socket_connect_timeout": _CONNECT_SECONDS,
        "socket_keepalive": True,
        "health_check_interval": _HEALTH_CHECK_SECONDS,
        **_PUBLISH_RETRIES,
    }


_MESSAGES: Final[dict[str, Any]] = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "result_serializer": "json",
    "event_serializer": "json",
    "enable_utc": True,
    "timezone": "UTC",
    # Results live in the result store: Celery's own would hold web processes up for 20 s each
    # when Redis is away.
    "result_backend": "disabled://",
    "task_ignore_result": True,
    "task_send_sent_event": False,
    "task_publish_retry": True,
    "task_publish_retry_policy": _PUBLISH_RETRIES,
}

_WORKER: Final[dict[str, Any]] = {
    "worker_consumer": "fleeting.adapters.celery.consumer:Consumer",
    # A message is acknowledged when its task has ended, and given to another worker when its
    # worker died: claims see to it that this does no harm.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    # After a lost connection the lane sees to it that no more is taken than can be run.
    "worker_enable_prefetch_count_reduction": False,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_soft_shutdown_timeout": SOFT_SHUTDOWN.total_seconds(),
    # Whoever set up logging before keeps it.
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
}

_CONNECTIONS: Final[dict[str, Any]] = {
    "broker_connection_timeout": _CONNECT_SECONDS,
    "broker_connection_retry": True,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # A refused command (rights taken away, a replica after a failover) is no reason to exit.
    "broker_channel_error_retry": True,
}
