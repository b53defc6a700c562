"""Brings tasks into a state, for the first part of a contract test."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from ..domain.change import Change, Hold, Refused, opening, transition
from ..domain.isolation import Isolation
from ..domain.outcome import ErrorInfo
from ..domain.result import Record
from ..domain.result_key import Address, ResultKey
from ..ports.result_store import ResultWriter

LONG: Final = timedelta(hours=1)
"""Longer than any test takes."""

_NOBODY: Final = Address("", "nobody_1763683200000_0123456789abcdef")
ERROR: Final = ErrorInfo(code="script_raised", message="division by zero")


class Given:
    """Tasks in any state, stored through a `ResultWriter`.

    A task is named by its function and a number; keys sort by that number.
    """

    def __init__(self, writer: ResultWriter) -> None:
        self._writer = writer
        self.start: Final = self.now
        """The store's time when the test began: submission time of task number 0."""

    @property
    def now(self) -> datetime:
        """The present of the store's own clock."""
        [snapshot] = self._writer.load([_NOBODY])
        return snapshot.at

    def address(self, number: int = 0, *, function: str = "add", namespace: str = "") -> Address:
        """Where the task of that number lives."""
        at = self.start + number * timedelta(milliseconds=1)
        return Address(namespace, str(ResultKey.make(function, at, f"{number:016x}")))

    def record(
        self,
        number: int = 0,
        *,
        function: str = "add",
        namespace: str = "",
        ttl: timedelta = LONG,
        patience: timedelta = LONG,
    ) -> Record:
        """A record that is not stored; its deadline is `patience` after the start of the test."""
        address = self.address(number, function=function, namespace=namespace)
        return Record(
            key=address.key,
            namespace=namespace,
            function=function,
            source_digest="0" * 64,
            max_attempts=3,
            submitted_at=ResultKey.parse(address.key).submitted_at,
            deadline=self.start + patience,
            ttl=ttl,
            labels={"team": "blue"},
        )

    def queued(
        self,
        number: int = 0,
        *,
        function: str = "add",
        namespace: str = "",
        ttl: timedelta = LONG,
        patience: timedelta = LONG,
    ) -> Record:
        """A stored record of a task that waits for a worker."""
        record = self.record(
            number, function=function, namespace=namespace, ttl=ttl, patience=patience
        )
        self.swap(opening(record, now=self.now))
        return record

    def running(
        self,
        number: int = 0,
        *,
        function: str = "add",
        namespace: str = "",
        ttl: timedelta = LONG,
        patience: timedelta = LONG,
        lease: timedelta = LONG,
    ) -> Record:
        """A stored record of a task in its first attempt."""
        record = self.queued(
            number, function=function, namespace=namespace, ttl=ttl, patience=patience
        )
        return self.claimed(record, lease=lease)

    def succeeded(
        self,
        number: int = 0,
        *,
        function: str = "add",
        namespace: str = "",
        ttl: timedelta = LONG,
        value: bytes = b"1",
    ) -> Record:
        """A stored record of a task that returned a value."""
        record = self.running(number, function=function, namespace=namespace, ttl=ttl)
        return self.finished(record, value=value)

    def failed(
        self,
        number: int = 0,
        *,
        function: str = "add",
        namespace: str = "",
        ttl: timedelta = LONG,
    ) -> Record:
        """A stored record of a task whose script raised."""
        record = self.running(number, function=function, namespace=namespace, ttl=ttl)
        return self.ended(record, record.failed(at=self.now, error=ERROR))

    def cancelled(self, number: int = 0) -> Record:
        """A stored record of a task that was cancelled while it ran."""
        record = self.running(number)
        return self.ended(record, record.cancelled(at=self.now, error=ERROR))

    def lost(self, number: int = 0) -> Record:
        """A stored record of a task that no worker brought to an end."""
        record = self.queued(number)
        return self.ended(record, record.lost(at=self.now, error=ERROR))

    def claimed(self, record: Record, *, lease: timedelta = LONG) -> Record:
        """The record once a worker has claimed its next attempt."""
        running = record.running(at=self.now, worker="worker-1")
        self.swap(claim(record, running, now=self.now, lease=lease))
        return running

    def finished(self, record: Record, *, value: bytes = b"1") -> Record:
        """The record once its run has returned a value."""
        return self.ended(record, success(record, at=self.now, value=value), value=value)

    def ended(self, old: Record, new: Record, *, value: bytes | None = None) -> Record:
        """The record `new` once it has taken the place of `old`."""
        self.swap(transition(old, new, now=self.now, value=value))
        return new

    def swap(self, change: Change) -> None:
        """Make a change that must take place."""
        [outcome] = self._writer.store([change])
        if isinstance(outcome, Refused):
            pytest.fail(f"the store refused {change.record.version}: {outcome.snapshot}")


def claim(old: Record, new: Record, *, now: datetime, lease: timedelta = LONG) -> Change:
    """The change by which a worker claims or takes over an attempt."""
    return Change(
        record=new,
        expected=old.version,
        only_if_stale=not old.version.startswith("queued"),
        lease=lease,
        keep=transition(old, new, now=now).keep,
    )


def blind_claim(record: Record, *, now: datetime) -> Change:
    """The change by which a worker claims a queued task without having looked at it."""
    running = record.running(at=now, worker="worker-1")
    return replace(claim(record, running, now=now), unless_cancelled=True)


def success(record: Record, *, at: datetime, value: bytes = b"1") -> Record:
    """The record that follows when the run returns `value`."""
    return record.succeeded(
        at=at,
        value_bytes=len(value),
        run_time=timedelta(seconds=1, microseconds=5),
        isolation=Isolation.PROCESS,
        output="hello\n",
    )


def hold(record: Record) -> Hold:
    """The claim on a running record."""
    return Hold(record.address, record.version)
