"""Texts that count until a moment, such as what workers say of themselves: a hash and its index.

The hash has each by its name, behind the moment until which it counts; by the same moments a sorted
set lets the next announcement trim it. Both lie in one slot. Who reads takes the hash and the
server's time in one round trip, because fields of a hash do not expire by themselves on the oldest
servers that fleeting runs on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from .commands import Command, Plan, command
from .record_codec import corrupt, milliseconds
from .scripts import script


def announce(index: str, texts: str, name: str, text: str, *, keep: timedelta) -> Plan[None]:
    """Have a text count for a while from now on; an earlier one of that name counts no more."""
    yield [script("announce").call([index, texts], name, milliseconds(keep), text)]


def withdrawal(index: str, texts: str, names: Sequence[str]) -> list[Command]:
    """What takes off the texts of these names."""
    return [command("HDEL", texts, *names), command("ZREM", index, *names)]


def in_force(texts: str) -> Plan[list[bytes]]:
    """The texts that count, in no order."""
    found, (seconds, micros) = yield [command("HGETALL", texts), Command(texts, ("TIME",))]
    now = int(seconds) * 1000 + int(micros) // 1000
    shown = [_parted(texts, text) for text in found.values()]
    return [text for expires, text in shown if expires > now]


def _parted(key: str, text: bytes) -> tuple[int, bytes]:
    expires, _, said = text.partition(b" ")
    try:
        return int(expires), said
    except ValueError:
        raise corrupt(key) from None
