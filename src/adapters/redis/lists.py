"""The lists over records: which keys a function has, which functions there are, what is open.

A list is written in the same round trip as the records, without knowing whether their swaps were
refused, because it lies in another slot than they do. Three things keep that harmless:

- Readers take a list for candidates only: the records and values themselves decide.
- Every entry carries the rank of the change that wrote it, and `place.lua` lets an entry of a
  higher rank stay. So a stale claimant's late write does not move a value out of the live ones.
  A take-over is the one change whose rank may turn out too high: it might be refused because the
  holder is alive after all. Its entries follow once it has taken place (see `is_contested`).
- Entries of a change that was refused are put right in a second round trip.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from ...domain.change import Change
from ...domain.result import Record, Status
from ...domain.result_key import Address
from .commands import Command, Word
from .keyspace import Keyspace, member_of
from .record_codec import milliseconds, moment_ms, status_of
from .scripts import script

_NOWHERE, _LIVE, _OTHER = 0, 1, 2
_OPEN: Final = 1

_HIGHEST_RANK: Final = 999
"""What fits into the decimals of a score: 249 attempts."""

_OPEN_STAY: Final = timedelta(days=7)
"""How long an open task is listed after its deadline: time for an operator to start workers, of
which one sweeps, before even the list forgets it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a task belongs in the lists."""

    address: Address
    version: str
    deadline: datetime
    keep: timedelta
    replaces: int = -1
    """Rank of the entry that is wrong; -1 where none is known to be."""

    @property
    def status(self) -> Status:
        """The status, or succeeded and its likes for what is over."""
        return status_of(self.version)[0]


@dataclass(frozen=True, slots=True)
class Removal:
    """A task that belongs into no list."""

    address: Address
    rank: int
    """Entries of a higher rank stay."""


def entry_of(record: Record, keep: timedelta, *, replaces: int = -1) -> Entry:
    """Where a task with this record belongs for `keep` from here on."""
    return Entry(record.address, record.version, record.deadline, keep, replaces)


def is_contested(change: Change) -> bool:
    """Whether the lists have to wait for the outcome of the swap."""
    return change.only_if_stale


def is_listed(change: Change) -> bool:
    """Whether the task stands in the right lists already: claiming a queued one moves nothing.

    Its entry keeps the rank of the queued record, which every end of the attempt outranks.
    """
    if change.expected is None or change.only_if_stale:
        return False
    was, _ = status_of(change.expected)
    return was is Status.QUEUED and change.record.status is Status.RUNNING


@lru_cache(maxsize=512)
def rank(version: str) -> int:
    """The order in which versions of a record follow each other.

    Of the ways to end an attempt success comes last, so that it stands against all others.
    """
    status, attempt = status_of(version)
    step = {Status.RUNNING: 0, Status.QUEUED: 1, Status.SUCCEEDED: 3}.get(status, 2)
    return min(4 * attempt + step, _HIGHEST_RANK)


def place(space: Keyspace, entries: Iterable[Entry | Removal]) -> list[Command]:
    """List tasks where they belong: one command a function, and two more for all of them."""
    all_entries = list(entries)
    if not all_entries:
        return []
    by_function: dict[tuple[str, str], list[Entry | Removal]] = defaultdict(list)
    for entry in all_entries:
        by_function[entry.address.namespace, entry.address.function].append(entry)
    commands = [_place_in_function(space, *names, some) for names, some in by_function.items()]
    commands += _name_functions(space, all_entries)
    words = [word for entry in all_entries for word in open_words(entry)]
    stay = milliseconds(_OPEN_STAY)
    commands.append(script("place").call([space.open_tasks], "time", stay, *words))
    return commands


def _place_in_function(
    space: Keyspace, namespace: str, function: str, entries: Sequence[Entry | Removal]
) -> Command:
    keys = [space.live(namespace, function), space.other(namespace, function)]
    words = [word for entry in entries for word in _function_words(entry)]
    return script("place").call(keys, "life", 0, *words)


def _function_words(entry: Entry | Removal) -> tuple[Word, ...]:
    if isinstance(entry, Removal):
        return entry.address.key, _NOWHERE, 0, entry.rank, -1
    target = _LIVE if entry.status is Status.SUCCEEDED else _OTHER
    life = milliseconds(entry.keep)
    return entry.address.key, target, life, rank(entry.version), entry.replaces


def open_words(entry: Entry | Removal) -> tuple[Word, ...]:
    """What `place.lua` is told of a task in a set of open ones."""
    member = member_of(entry.address)
    if isinstance(entry, Removal):
        return member, _NOWHERE, 0, entry.rank, -1
    target = _NOWHERE if entry.status.is_final else _OPEN
    return member, target, moment_ms(entry.deadline), rank(entry.version), entry.replaces


def _name_functions(space: Keyspace, entries: Iterable[Entry | Removal]) -> list[Command]:
    """Functions that have values, each with the longest life among them."""
    lives: dict[str, dict[str, timedelta]] = defaultdict(dict)
    for entry in entries:
        if isinstance(entry, Entry) and entry.status is Status.SUCCEEDED:
            known = lives[entry.address.namespace]
            name = entry.address.function
            known[name] = max(known.get(name, entry.keep), entry.keep)
    return [
        script("place").call([space.functions(namespace)], "life", 0, *_name_words(known))
        for namespace, known in lives.items()
    ]


def _name_words(lives: dict[str, timedelta]) -> list[Word]:
    return [
        word
        for function, life in sorted(lives.items())
        for word in (function, 1, milliseconds(life), 0, -1)
    ]
