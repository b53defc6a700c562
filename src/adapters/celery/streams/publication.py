"""What a sender tells Redis: a message goes into a stream, or waits for its time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .delay import SOON, member, ring
from .keys import CALLS, MESSAGE, QueueKeys

Words = tuple[str | int | float | bytes, ...]

_NOW: Final = "*"


def publication(
    queue: QueueKeys,
    raw: str | bytes,
    *,
    priority: int,
    due: float | None,
    now: float,
    calls: int = 1,
) -> Sequence[Words]:
    """The commands that put an envelope into a queue, in an order that needs no transaction.

    Args:
        queue: its keys.
        raw: the envelope, as in docs/reference/wire.md.
        priority: 0 is the most urgent.
        due: seconds since 1970 before which nobody may have it; None: at once.
        now: the sender's time.
        calls: how many calls it carries.
    """
    step = queue.step(priority)
    if due is None or due <= now:
        count = (CALLS, calls) if calls > 1 else ()
        return [("XADD", queue.streams[step], _NOW, MESSAGE, raw, *count)]
    commands: list[Words] = [("ZADD", queue.delayed, due, member(step, raw))]
    if due <= now + SOON:
        commands.append(ring(queue))
    return commands
