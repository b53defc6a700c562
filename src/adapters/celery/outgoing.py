"""The message of a task as it stands in the queue, written without Celery and kombu.

Both build it in layers of dictionaries, signals and encoders, which takes longer than all the rest
of a submission. The result is the same: message protocol 2 in kombu's virtual envelope, see
https://docs.celeryq.dev/en/stable/internals/protocol.html.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, Final, NamedTuple

from celery.utils.nodenames import anon_nodename

from ...domain.message import encode
from ...domain.task import Task
from .call_repr import ARGSREPR, describe_call
from .task import NAME

_NO_CANVAS: Final = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}

_dumps: Final = json.JSONEncoder(separators=(",", ":")).encode


class Outgoing(NamedTuple):
    """A message on its way into a queue."""

    raw: str
    """The envelope."""
    due: float | None
    """Seconds since 1970 before which no worker may have it; None: it is not delayed."""


def outgoing(task: Task, *, queue: str, inline_source_bytes: int) -> Outgoing:
    """The message for `task` in `queue`; see `domain.message.encode`."""
    kwargs = encode(task, inline_bytes=inline_source_bytes)
    countdown = task.countdown.total_seconds()
    due = time.time() + countdown if countdown else None
    envelope = {
        "body": _dumps(((), kwargs, _NO_CANVAS)),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": _headers(task.key, describe_call(kwargs), due),
        "properties": {
            "correlation_id": task.key,
            "reply_to": "",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": queue},
            "priority": 0,
            "body_encoding": None,
            "delivery_tag": token_hex(16),
        },
    }
    return Outgoing(_dumps(envelope), due)


def _headers(key: str, shown: str, due: float | None) -> Mapping[str, Any]:
    return {
        "lang": "py",
        "task": NAME,
        "id": key,
        "shadow": None,
        "eta": None if due is None else datetime.fromtimestamp(due, UTC).isoformat(),
        "expires": None,
        "group": None,
        "group_index": None,
        "retries": 0,
        "timelimit": (None, None),
        "root_id": key,
        "parent_id": None,
        "argsrepr": ARGSREPR,
        "kwargsrepr": shown,
        "origin": anon_nodename(),
        "ignore_result": True,
        "replaced_task_nesting": 0,
        "stamped_headers": None,
        "stamps": {},
    }
