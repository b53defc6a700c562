"""The plan of compare-and-swap: records with their values, then lists, then announcements."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from ...domain.change import Change, Refused, Swapped
from ...ports.task_queue import Letter
from .announcements import Announcement, FeedSize, announce, prolong
from .commands import Command, Plan, Reply, Word
from .keyspace import Keyspace
from .lists import Entry, Removal, entry_of, is_contested, is_listed, place, rank
from .record_codec import Stored, encode, milliseconds, moment, stored_at
from .scripts import script
from .usage import count_values, list_open

_AT_ONCE: Final = 64
"""Swaps in one script: a command of its own would cost each as much again, and the server does
nothing else meanwhile, for about a millisecond."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How an installation uses its Redis."""

    space: Keyspace
    is_sharded: bool = False
    """Servers keep no order among themselves, so that announcements need a trip of their own."""
    feed: FeedSize = field(default_factory=FeedSize)
    keeps_usage: bool = False
    """What each namespace has is kept, too."""

    def place(self, entries: Iterable[Entry | Removal]) -> list[Command]:
        """List tasks where they belong."""
        known = list(entries)
        own = list_open(self.space, known) if self.keeps_usage else []
        return [*place(self.space, known), *own]

    def count(self, changes: Sequence[Change], *, are_refused: bool = False) -> list[Command]:
        """Count the values of changes, or take that back."""
        if not self.keeps_usage:
            return []
        return count_values(self.space, changes, are_refused=are_refused)


@dataclass(frozen=True, slots=True)
class _Outcome:
    change: Change
    at_us: int
    stored: Stored | None
    """What was in the way; None if the change took place."""

    @property
    def is_repeat(self) -> bool:
        """Whether what was in the way is this change, made before."""
        record = None if self.stored is None else self.stored.snapshot.record
        return record is not None and record.version == self.change.record.version

    @property
    def is_wrongly_listed(self) -> bool:
        """Whether the lists were told of a change that did not take place."""
        if self.stored is None or self.is_repeat:
            return False
        return not (is_contested(self.change) or is_listed(self.change))

    @property
    def answer(self) -> Swapped | Refused:
        if self.stored is None:
            return Swapped(moment(self.at_us))
        return Refused(self.stored.snapshot)


def store(
    layout: Layout, changes: Sequence[Change], *, letter: Letter | None = None
) -> Plan[list[Swapped | Refused]]:
    """Swap, announce and list.

    One round trip where nothing is refused or taken over, and servers are not sharded; else a
    second one lists what had to wait, puts right what was written for nothing, and announces what
    a shard could not.

    Args:
        layout: how Redis is used; not sharded where there is a letter.
        changes: what is to take place.
        letter: posted if it did; with one change alone.
    """
    if not changes:
        return []
    sure = [change for change in changes if not is_contested(change)]
    swaps = _swaps(layout, changes) if letter is None else [_swap(layout, changes, letter)]
    replies = yield [
        *swaps,
        *layout.place(entry_of(c.record, c.keep) for c in sure if not is_listed(c)),
        *layout.count(changes),
    ]
    answers = chain.from_iterable(replies[: len(swaps)])
    outcomes = [
        _outcome(layout.space, change, answer)
        for change, answer in zip(changes, answers, strict=True)
    ]
    if late := _late(layout, outcomes):
        yield late
    return [outcome.answer for outcome in outcomes]


def _swaps(layout: Layout, changes: Sequence[Change]) -> list[Command]:
    """Many in one script where all keys are on one server; each of its own where they are not."""
    size = 1 if layout.is_sharded else _AT_ONCE
    return [_swap(layout, changes[n : n + size]) for n in range(0, len(changes), size)]


def _swap(layout: Layout, changes: Sequence[Change], letter: Letter | None = None) -> Command:
    """The token lets the script tell a call that the connection repeats from one of a caller."""
    space = layout.space
    keys: list[str] = []
    size = layout.feed
    words: list[Word] = [secrets.token_hex(8), size.events, milliseconds(size.life), len(changes)]
    feeds: dict[str, int] = {}
    for change in changes:
        record = change.record
        address = record.address
        feed = 0
        if not layout.is_sharded:
            feed = feeds.setdefault(address.namespace, len(feeds) + 1)
        keys += (space.record(address), space.value(address))
        words += (
            change.expected or "",
            int(change.only_if_stale),
            record.version,
            encode(record),
            change.value or b"",
            "" if change.lease is None else milliseconds(change.lease),
            milliseconds(change.keep),
            int(change.unless_cancelled),
            feed,
            address.key,
        )
    keys += map(space.events, feeds)
    if letter is not None:
        keys.append(letter.place)
        words += letter.fields
    return script("swap").call(keys, *words)


def _outcome(space: Keyspace, change: Change, answer: Reply) -> _Outcome:
    address = change.record.address
    done, at_us = answer[0], answer[1]
    stored = None if done else stored_at(address, space.record(address), answer)
    return _Outcome(change, at_us, stored)


def _late(layout: Layout, outcomes: Sequence[_Outcome]) -> list[Command]:
    done = [o.change for o in outcomes if o.stored is None]
    wrong = [o for o in outcomes if o.is_wrongly_listed]
    unheard = done if layout.is_sharded else []
    entries = [entry_of(change.record, change.keep) for change in done if is_contested(change)]
    return [
        *layout.place(chain(entries, (_true_entry(o.change, o.stored) for o in wrong))),
        *layout.count([o.change for o in outcomes if o.stored is not None], are_refused=True),
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
