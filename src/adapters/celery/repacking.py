"""Parts of a message as messages of their own, and the way to put them in its place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any, Final

from .call_repr import describe_call

_MARKS: Final = ("redelivered", "x-delivery-count")
"""Headers that a delivery wrote: a part has not been delivered yet."""

_dumps: Final = json.JSONEncoder(separators=(",", ":")).encode


def repacked(message: Any, kwargs: Mapping[str, Any], *, name: str | None = None) -> str:
    """The envelope of a message with other keyword arguments.

    Args:
        message: as it was delivered; its headers are kept, so that delays and limits stay.
        kwargs: what the new one carries.
        name: what Celery's tools shall call it; None: as they call `message`.
    """
    headers = {key: value for key, value in message.headers.items() if key not in _MARKS}
    headers["kwargsrepr"] = describe_call(kwargs)
    if name is not None:
        headers |= {"id": name, "root_id": name}
    envelope = {
        "body": _dumps(((), kwargs, None)),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": headers,
        "properties": {
            **message.properties,
            "body_encoding": None,
            "delivery_tag": token_hex(16),
        },
    }
    return _dumps(envelope)


def put_back(message: Any, parts: Sequence[tuple[str, int]]) -> None:
    """Queue parts of a message that this worker holds, before it is acknowledged.

    With streams they take its place in the queue, unless it was taken over meanwhile; called by
    the consumer's thread.

    Args:
        message: what they are parts of.
        parts: the envelope of each, and how many calls it carries.
    """
    from .streams.channel import Channel

    channel = message.channel
    if isinstance(channel, Channel):
        channel.custody.put_parts(message.delivery_tag, parts)
        return
    queue = message.delivery_info["routing_key"]
    for raw, _ in parts:
        channel.basic_publish(json.loads(raw), "", queue)
