"""What happens between a plan and the wire, whoever sends: unknown scripts, refused commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from redis.exceptions import ResponseError

from .commands import Command, Plan, Reply
from .faults import is_outage, is_unknown_script, refused

T = TypeVar("T")


def completed(plan: Plan[T], where: str) -> Plan[T]:
    """The same plan, with all that a server may answer besides its replies taken care of.

    Raises:
        StoreDenied, StoreCorrupt, StoreUnavailable: a command was not carried out.
    """
    try:
        commands = next(plan)
        while True:
            replies = yield from _answered(commands)
            _check(commands, replies, where)
            commands = plan.send(replies)
    except StopIteration as end:
        result: T = end.value
        return result


def checked(replies: list[Reply]) -> list[Reply]:
    """The replies, if a server gave them.

    Raises:
        RedisError: it failed under at least one command; then all may be sent again.
    """
    for reply in replies:
        if is_outage(reply):
            raise reply
    return replies


def _answered(commands: Sequence[Command]) -> Plan[list[Reply]]:
    """Call scripts by their digests, and send the text of those that a server has not met.

    These come after everything else of their round trip. So what has to come after a script is a
    part of it, or of the next trip.
    """
    replies = yield commands
    unknown = [n for n, reply in enumerate(replies) if is_unknown_script(reply)]
    if unknown:
        again = yield [commands[n].in_full() for n in unknown]
        for n, reply in zip(unknown, again, strict=True):
            replies[n] = reply
    return replies


def _check(commands: Sequence[Command], replies: Sequence[Reply], where: str) -> None:
    for command, reply in zip(commands, replies, strict=True):
        if isinstance(reply, ResponseError):
            raise refused(command, reply, where) from reply
