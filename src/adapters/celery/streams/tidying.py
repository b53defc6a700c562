"""What a process sees to for all: what is due, what the dead have left, and its own loose ends."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any, Final

from .custody import Custody
from .entry import Entry
from .keys import GROUP, QueueKeys
from .reader import Reader
from .scripts import call, run

_log: Final = logging.getLogger(__name__)

_LIMIT: Final = 200
"""Most messages that one script moves: a millisecond or two of Redis' time."""


def show_life(custody: Custody) -> None:
    """Keep all that this process holds from being taken over, in one command a queue."""
    readers = custody.readers
    custody.note_life(
        (queue, [reader.name for reader in readers if queue in reader.queues])
        for queue in custody.queues
    )


def bring(custody: Custody) -> tuple[float | None, bool]:
    """Put what is due or was pushed to a list into the streams.

    Returns:
        When the next message is due, in Redis' time, and whether there may be more at once.
    """
    calls = [
        call("bring", (queue.delayed, *queue.streams, *queue.inboxes), _LIMIT)
        for queue in custody.queues
    ]
    replies = run(custody.client, calls)
    due = [float(reply[0]) for reply in replies if reply[0]]
    return min(due, default=None), any(reply[1] for reply in replies)


def bury(custody: Custody) -> bool:
    """Give back what silent consumers hold; returns whether there may be more of it.

    While Redis was away nobody could be heard: nobody is judged before Redis has been there for
    one full visibility timeout.
    """
    if custody.clock.served < custody.visibility_seconds:
        return False
    queues = custody.queues
    calls = [
        call("bury", (queue.consumers, *queue.readable), GROUP, custody.visibility_seconds, _LIMIT)
        for queue in queues
    ]
    dead = [reply for reply in run(custody.client, calls) if reply]
    for name, moved in dead:
        if moved:
            _log.warning("took %d message(s) over from %s, which is silent", moved, name.decode())
    return bool(dead)


def count_consumers(custody: Custody) -> None:
    """Have everybody who takes messages be heard or missed, whoever forgot to enroll."""
    now = custody.clock.now()
    for queue in custody.queues:
        names = _consumers(custody.client, queue)
        if names:
            custody.client.zadd(queue.consumers, dict.fromkeys(names, now), nx=True)


def tie_up(custody: Custody) -> None:
    """Give back what Redis handed into connections that broke, and end the consumers of those."""
    for reader in custody.readers:
        if reader.retired:
            for queue in reader.queues:
                _return_unknown(custody, queue, reader)
    if custody.flush() is None:
        _dismiss_idle(custody)


def _dismiss_idle(custody: Custody) -> None:
    for reader in custody.readers:
        if reader.retired and all(_leaves(custody, queue, reader) for queue in reader.queues):
            custody.dismiss(reader)


def _leaves(custody: Custody, queue: QueueKeys, reader: Reader) -> bool:
    calls = [call("retire", (queue.consumers, *queue.readable), GROUP, reader.name)]
    return bool(run(custody.client, calls)[0])


def _return_unknown(custody: Custody, queue: QueueKeys, reader: Reader) -> None:
    with custody.client.pipeline(transaction=False) as pipe:
        for stream in queue.readable:
            pipe.xpending_range(stream, GROUP, "-", "+", 1000, consumername=reader.name)
        replies = pipe.execute()
    for stream, pending in zip(queue.readable, replies, strict=True):
        entries = (Entry(queue, stream, found["message_id"].decode()) for found in pending)
        custody.outbox.give_back(entry for entry in entries if not custody.holds(entry.tag))


def _consumers(client: Any, queue: QueueKeys) -> Collection[bytes]:
    with client.pipeline(transaction=False) as pipe:
        for stream in queue.readable:
            pipe.xinfo_consumers(stream, GROUP)
        replies = pipe.execute(raise_on_error=False)
    known = [reply for reply in replies if not isinstance(reply, Exception)]
    return {facts["name"] for reply in known for facts in reply}
