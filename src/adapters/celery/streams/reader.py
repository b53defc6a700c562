"""The consumers that this process is to Redis: one for each connection that it reads from."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import ResponseError

from .keys import GROUP, QueueKeys


@dataclass(eq=False, slots=True)
class Reader:
    """A name under which messages are taken, and the queues that they are taken from.

    A name serves one connection: what Redis handed out into a connection that broke stands under
    it and is found by that.
    """

    name: str = field(
        default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    )
    queues: tuple[QueueKeys, ...] = ()
    retired: bool = False


def make_groups(client: Any, queues: Iterable[QueueKeys]) -> None:
    """Make streams and consumer groups that are not there yet.

    Raises:
        RedisError: Redis refused it, or is away.
    """
    with client.pipeline(transaction=False) as pipe:
        for queue in queues:
            for stream in queue.readable:
                pipe.xgroup_create(stream, GROUP, id="0", mkstream=True)
        replies = pipe.execute(raise_on_error=False)
    for reply in replies:
        if isinstance(reply, Exception) and not _exists(reply):
            raise reply


def _exists(reply: Exception) -> bool:
    return isinstance(reply, ResponseError) and "BUSYGROUP" in str(reply)
