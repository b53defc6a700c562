"""The Redis keys of one queue. All have the installation's prefix, and with it one hash slot."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from functools import cache
from typing import Final

STEPS: Final = (0, 3, 6, 9)
"""kombu's own priorities: those between two share a stream."""

SEPARATOR: Final = "\x06\x16"

GROUP: Final = "workers"
"""The consumer group of every stream."""

MESSAGE: Final = "message"
"""The field of a stream's entry that holds the message; all a sender has to write."""

CALLS: Final = "calls"
"""The field that counts the calls in a message with many, so that what waits can be told."""

DELIVERIES: Final = "deliveries"
"""The field that counts how often the message was handed to a consumer that gave it back."""


@dataclass(frozen=True, slots=True)
class QueueKeys:
    """Where the messages of a queue stand, and who takes them."""

    steps: tuple[int, ...]
    """The least priority of each stream but the front; 0 is the most urgent one."""
    front: str
    """The stream of messages that come back: read before all others."""
    streams: tuple[str, ...]
    """A stream for each step."""
    inboxes: tuple[str, ...]
    """A list for each step, where kombu's own transport pushes to."""
    delayed: str
    """Sorted set of messages that wait for their time, scored by it."""
    alarm: str
    """Stream whose only entry tells workers that a message is due soon."""
    consumers: str
    """Sorted set of the consumers, scored by their last sign of life."""

    @property
    def readable(self) -> tuple[str, ...]:
        """All streams in the order in which they are read."""
        return self.front, *self.streams

    def step(self, priority: int) -> int:
        """The index of the stream that messages of this priority go to."""
        return max(bisect(self.steps, priority) - 1, 0)


@cache
def queue_keys(
    prefix: str, queue: str, *, steps: tuple[int, ...] = STEPS, separator: str = SEPARATOR
) -> QueueKeys:
    """The keys of `queue`; as in kombu, `separator` stands between a list's name and priority."""
    name = f"{prefix}{queue}"
    return QueueKeys(
        steps=steps,
        front=f"{name}:stream:front",
        streams=tuple(f"{name}:stream:{step}" for step in steps),
        inboxes=tuple(f"{name}{separator}{step}" if step else name for step in steps),
        delayed=f"{name}:delayed",
        alarm=f"{name}:alarm",
        consumers=f"{name}:consumers",
    )
