"""Events as Redis keeps them: a stream for each namespace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ...domain.errors import InvalidQuery, StoreCorrupt
from ...domain.event import Event, EventKind
from ...domain.result_key import Address
from .commands import Command, command
from .keyspace import Keyspace
from .record_codec import corrupt, milliseconds, status_of

_POSITION: Final = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")
_LARGEST: Final = 2**64 - 1

START: Final = "0-0"
"""The position before everything."""


@dataclass(frozen=True, slots=True)
class FeedSize:
    """How much of a feed is kept."""

    events: int = 100_000
    """About so many of a namespace are kept: some 10 MB, or half a minute at a thousand tasks/s."""
    life: timedelta = timedelta(hours=24)
    """A silent feed is forgotten after this time, the longest that a result may live."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """That something happened to a task."""

    address: Address
    version: str
    kind: EventKind = "status"


def announce(space: Keyspace, announcement: Announcement, size: FeedSize) -> Command:
    """Append to the feed of the task's namespace; the reply is the event's position."""
    address = announcement.address
    words = ["key", address.key, "version", announcement.version, "kind", announcement.kind]
    feed = space.events(address.namespace)
    return command("XADD", feed, "MAXLEN", "~", size.events, "*", *words)


def prolong(space: Keyspace, namespaces: Iterable[str], size: FeedSize) -> list[Command]:
    """Have the feeds live on from here."""
    life = milliseconds(size.life)
    return [command("PEXPIRE", space.events(name), life) for name in sorted(set(namespaces))]


def check_position(text: str) -> str:
    """Return `text` if it is a position in a stream.

    Raises:
        InvalidQuery: it is not; the caller got it from somewhere else.
    """
    match = _POSITION.fullmatch(text)
    if match is None or any(int(number) > _LARGEST for number in match.groups()):
        raise InvalidQuery("after is no position of this feed: use the id of an event that it sent")
    return text


def event_of(space: Keyspace, namespace: str, position: bytes, fields: Fields) -> Event:
    """Read an event back.

    Raises:
        StoreCorrupt: fleeting did not write it.
    """
    try:
        key, version, kind = (fields[name].decode() for name in (b"key", b"version", b"kind"))
        status, attempt = status_of(version)
        return Event(
            position.decode(),
            Address(namespace, key),
            "progress" if kind == "progress" else "status",
            status,
            attempt,
        )
    except (KeyError, ValueError):
        raise _corrupt(space, namespace) from None


Fields = Mapping[bytes, bytes]


def _corrupt(space: Keyspace, namespace: str) -> StoreCorrupt:
    return corrupt(space.events(namespace))
