"""The plan of compare-and-swap: records with their values, then lists, then announcements."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from ...domain.change import Change, Refused, Swapped
from .announcements import Announcement, FeedSize, announce, prolong, withdraw
from .commands import Command, Plan, Reply
from .keyspace import Keyspace
from .lists import Entry, Removal, entry_of, is_contested, is_listed, place, rank
from .record_codec import Stored, encode, milliseconds, moment, stored_at
from .scripts import script


@dataclass(frozen=True, slots=True)
class Layout:
    """How an installation uses its Redis."""

    space: Keyspace
    is_sharded: bool = False
    """Servers keep no order among themselves, so that announcements need a trip of their own."""
    feed: FeedSize = field(default_factory=FeedSize)


@dataclass(frozen=True, slots=True)
class _Outcome:
    change: Change
    at_us: int
    stored: Stored | None
    """What was in the way; None if the change took place."""
    position: bytes | None
    """Of the announcement that was made at once, where one was."""

    @property
    def is_repeat(self) -> bool:
        """Whether what was in the way is this change, made before."""
        record = None if self.stored is None else self.stored.snapshot.record
        return record is not None and record.version == self.change.record.version

    @property
    def is_wrongly_told(self) -> bool:
        """Whether the feed was told of a change that did not take place."""
        return self.stored is not None and not (self.is_repeat or is_contested(self.change))

    @property
    def is_wrongly_listed(self) -> bool:
        """Whether the lists were told of it, too."""
        return self.is_wrongly_told and not is_listed(self.change)

    @property
    def answer(self) -> Swapped | Refused:
        if self.stored is None:
            return Swapped(moment(self.at_us))
        return Refused(self.stored.snapshot)


def store(layout: Layout, changes: Sequence[Change]) -> Plan[list[Swapped | Refused]]:
    """Swap, list and announce.

    One round trip where nothing is refused or taken over, and servers are not sharded; else a
    second one lists and announces what had to wait, and puts right what was written for nothing.
    """
    if not changes:
        return []
    sure = [change for change in changes if not is_contested(change)]
    at_once = [] if layout.is_sharded else sure
    replies = yield [
        *(_swap(layout.space, change) for change in changes),
        *(_announcement(layout, change) for change in at_once),
        *place(layout.space, [entry_of(c.record, c.keep) for c in sure if not is_listed(c)]),
        *_prolong(layout, at_once),
    ]
    positions = iter(replies[len(changes) : len(changes) + len(at_once)])
    outcomes = [
        _outcome(
            layout.space, change, reply, None if is_contested(change) else next(positions, None)
        )
        for change, reply in zip(changes, replies, strict=False)
    ]
    if late := _late(layout, outcomes):
        yield late
    return [outcome.answer for outcome in outcomes]


def _swap(space: Keyspace, change: Change) -> Command:
    """The token lets the script tell a call that the connection repeats from one of a caller."""
    address = change.record.address
    return script("swap").call(
        [space.record(address), space.value(address)],
        secrets.token_hex(8),
        change.expected or "",
        int(change.only_if_stale),
        change.record.version,
        encode(change.record),
        change.value or b"",
        "" if change.lease is None else milliseconds(change.lease),
        milliseconds(change.keep),
        int(change.unless_cancelled),
    )


def _outcome(space: Keyspace, change: Change, reply: Reply, position: bytes | None) -> _Outcome:
    address = change.record.address
    done, at_us = reply[0], reply[1]
    stored = None if done else stored_at(address, space.record(address), reply)
    return _Outcome(change, at_us, stored, position)


def _late(layout: Layout, outcomes: Sequence[_Outcome]) -> list[Command]:
    done = [o.change for o in outcomes if o.stored is None]
    waited = [change for change in done if is_contested(change)]
    wrong = [o for o in outcomes if o.is_wrongly_listed]
    told = [o for o in outcomes if o.is_wrongly_told]
    unheard = done if layout.is_sharded else waited
    entries = [entry_of(change.record, change.keep) for change in waited]
    return [
        *place(layout.space, chain(entries, (_true_entry(o.change, o.stored) for o in wrong))),
        *(withdraw(layout.space, o.change.record.address, o.position) for o in told if o.position),
        *(_announcement(layout, change) for change in unheard),
        *_prolong(layout, unheard),
    ]


def _true_entry(change: Change, stored: Stored | None) -> Entry | Removal:
    """Where a task belongs whose refused change has been listed already."""
    false_rank = rank(change.record.version)
    if stored is None or stored.snapshot.record is None:
        return Removal(change.record.address, false_rank)
    return entry_of(stored.snapshot.record, stored.life_left, replaces=false_rank)


def _announcement(layout: Layout, change: Change) -> Command:
    announcement = Announcement(change.record.address, change.record.version)
    return announce(layout.space, announcement, layout.feed)


def _prolong(layout: Layout, changes: Sequence[Change]) -> list[Command]:
    return prolong(layout.space, [change.record.namespace for change in changes], layout.feed)
