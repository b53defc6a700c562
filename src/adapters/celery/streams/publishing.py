"""Finished messages into a queue's streams, as many as there are in one round trip."""

from __future__ import annotations

import time
from collections.abc import Sequence

from .publication import publication
from .queue import StreamQueues


def put_all(
    channel: StreamQueues, queue: str, messages: Sequence[tuple[str, float | None, int]]
) -> None:
    """Put envelopes into `queue`, in their order.

    Args:
        channel: of the broker.
        queue: its name.
        messages: each with the time, in seconds since 1970, before which nobody may have it, and
            with the number of calls in it.
    """
    keys, now = channel.keys(queue), time.time()
    with channel.raw_client.pipeline(transaction=False) as pipe:
        for raw, due, calls in messages:
            for words in publication(keys, raw, priority=0, due=due, now=now, calls=calls):
                pipe.execute_command(*words)
        pipe.execute()
