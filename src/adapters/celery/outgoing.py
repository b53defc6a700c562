"""The message of a task as it stands in the queue, written without Celery and kombu.

Both build it in layers of dictionaries, signals and encoders, which takes longer than all the rest
of a submission. The result is the same: message protocol 2 in kombu's virtual envelope, see
https://docs.celeryq.dev/en/stable/internals/protocol.html.
"""

from __future__ import annotations

import json
import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any, Final, NamedTuple

from celery.utils.nodenames import anon_nodename
from pydantic import JsonValue

from ...domain.chunk import MOST_BYTES, MOST_CALLS, encode_calls, likeness
from ...domain.message import encode
from ...domain.seal import Sign, call_texts, seal
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
    calls: int = 1
    """How many calls it carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How tasks travel."""

    queue: str
    inline_source_bytes: int
    """See `domain.message.encode`."""
    sign: Sign | None = None
    """None: messages are not signed."""


def outgoing(task: Task, way: Way) -> Outgoing:
    """The message for `task`."""
    if way.sign is None:
        kwargs = encode(task, inline_bytes=way.inline_source_bytes)
    else:
        kwargs = _sealed([task], call_texts([task]), way, way.sign)
    return _enveloped(_body(kwargs), task.key, kwargs, task.countdown, way.queue)


def outgoing_all(tasks: Sequence[Task], way: Way) -> Iterator[Outgoing]:
    """The messages for `tasks`: those that are alike share some.

    See `domain.chunk`. The order is kept among tasks that are alike.
    """
    if len(tasks) == 1:
        yield outgoing(tasks[0], way)
        return
    alike: dict[Hashable, list[Task]] = {}
    for task in tasks:
        alike.setdefault(likeness(task), []).append(task)
    for some in alike.values():
        for start in range(0, len(some), MOST_CALLS):
            yield from _shared(some[start : start + MOST_CALLS], way)


def _shared(tasks: Sequence[Task], way: Way) -> Iterator[Outgoing]:
    """One message, or several where it would be too long."""
    if len(tasks) == 1:
        yield outgoing(tasks[0], way)
        return
    kwargs = _kwargs(tasks, way)
    body = "" if kwargs is None else _body(kwargs)
    if kwargs is None or len(body) > MOST_BYTES:
        half = len(tasks) // 2
        yield from _shared(tasks[:half], way)
        yield from _shared(tasks[half:], way)
    else:
        # A name of its own: each call can be revoked by its key, and none with the others.
        name = f"calls-{token_hex(16)}"
        message = _enveloped(body, name, kwargs, tasks[0].countdown, way.queue)
        yield message._replace(calls=len(tasks))


def _kwargs(tasks: Sequence[Task], way: Way) -> Mapping[str, Any] | None:
    """The arguments for many calls; None where they would surely be too long."""
    if way.sign is None:
        return encode_calls(tasks, inline_bytes=way.inline_source_bytes)
    calls = call_texts(tasks)
    # A signature may be made far away: not for what is not sent.
    if sum(map(len, calls)) > MOST_BYTES:
        return None
    return _sealed(tasks, calls, way, way.sign)


def _sealed(
    tasks: Sequence[Task], calls: Sequence[str], way: Way, sign: Sign
) -> dict[str, JsonValue]:
    return seal(tasks, calls, sign=sign, queue=way.queue, inline_bytes=way.inline_source_bytes)


def _body(kwargs: Mapping[str, Any]) -> str:
    return _dumps(((), kwargs, _NO_CANVAS))


def _enveloped(
    body: str, name: str, kwargs: Mapping[str, Any], countdown: timedelta, queue: str
) -> Outgoing:
    due = time.time() + countdown.total_seconds() if countdown else None
    envelope = {
        "body": body,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": _headers(name, describe_call(kwargs), due),
        "properties": {
            "correlation_id": name,
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
