"""What waits in a queue, in one round trip and without a look at any message."""

from __future__ import annotations

import time
from datetime import timedelta

from ....domain.backlog import Backlog
from .keys import GROUP
from .queue import StreamQueues
from .scripts import call, run


class StreamBacklog:
    """Looks at one queue now and then.

    Nothing that waits is older than the message before it, which was taken, nor than the moment
    when nothing was seen to wait: the sooner of the two bounds its age. One look each second is
    enough for a bound that is a second off.
    """

    def __init__(self) -> None:
        self._empty_at: float | None = None

    def __call__(self, channel: StreamQueues, queue: str) -> Backlog:
        """What nobody has taken yet of what may be taken."""
        keys = channel.keys(queue)
        touched = (*keys.readable, *keys.inboxes)
        ask = call("backlog", touched, GROUP, len(keys.readable))
        [(count, since_ms)] = run(channel.raw_client, [ask])
        if not count:
            self._empty_at = time.monotonic()
            return Backlog(0, None)
        ages = [timedelta(milliseconds=since_ms)] if since_ms >= 0 else []
        if self._empty_at is not None:
            ages.append(timedelta(seconds=time.monotonic() - self._empty_at))
        return Backlog(count, min(ages, default=None))
