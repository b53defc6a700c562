"""How records change: compared with what is stored, and swapped in one step.

The store compares and writes; what to write is decided by pure functions beside this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .result import Progress, Record, Status
from .result_key import Address


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a store holds of one task at one moment of the store's own clock."""

    address: Address
    record: Record | None
    lease_left: timedelta | None
    """How long the claim of the running attempt is still valid; negative: it has run out, None: it
    was let go of, or nothing runs."""
    cancel_requested: bool
    at: datetime

    @property
    def is_let_go(self) -> bool:
        """Whether an attempt was begun, and somebody who knows has said that it does not run."""
        record = self.record
        return record is not None and record.status is Status.RUNNING and self.lease_left is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One compare-and-swap of a record, with the value where there is one."""

    record: Record
    """The record as it shall be."""

    expected: str | None
    """`Record.version` that must be stored; None: nothing may be stored."""

    only_if_stale: bool = False
    """Refuse while the lease of the stored attempt is valid (a take-over)."""

    unless_cancelled: bool = False
    """Refuse if the task is marked as to be cancelled (a claim made without looking first)."""

    lease: timedelta | None = None
    """How long the claim is valid from the moment of the swap; None: no claim."""

    value: bytes | None = None
    """The JSON of the value, stored together with the record."""

    keep: timedelta
    """How long the record and the value live from the moment of the swap."""


@dataclass(frozen=True, slots=True)
class Swapped:
    """The change took place."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The store held something else; here is what."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Hold:
    """A claim that a worker holds: the attempt at an address."""

    address: Address
    version: str


@dataclass(frozen=True, slots=True)
class Renewal:
    """What became of a hold at a heartbeat."""

    hold: Hold
    is_held: bool
    """False: the attempt has ended or another worker has taken over."""
    cancel_requested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a run says while it runs: its latest progress, and the end of its output so far."""

    hold: Hold
    progress: Progress | None
    output: str | None
    output_start: int = 0
    """How many characters were printed before what `output` holds."""


def opening(record: Record, *, now: datetime) -> Change:
    """The change that records an accepted task for the first time."""
    return Change(record=record, expected=None, keep=record.keep_until - now)


def transition(old: Record, new: Record, *, now: datetime, value: bytes | None = None) -> Change:
    """The change from `old` to `new` for a record that nobody else may have changed meanwhile."""
    keep = new.ttl if new.status.is_final else new.keep_until - now
    return Change(record=new, expected=old.version, value=value, keep=keep)
