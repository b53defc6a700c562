"""What waits in a queue, in one round trip."""

from __future__ import annotations

from datetime import timedelta

from ....domain.backlog import Backlog
from .keys import GROUP
from .queue import StreamQueues
from .scripts import call, run


def backlog(channel: StreamQueues, queue: str) -> Backlog:
    """What nobody has taken yet of what may be taken, by the server's clock."""
    keys = channel.keys(queue)
    touched = (*keys.readable, *keys.inboxes)
    [(count, age_ms)] = run(
        channel.raw_client, [call("backlog", touched, GROUP, len(keys.readable))]
    )
    return Backlog(count, None if age_ms < 0 else timedelta(milliseconds=age_ms))
