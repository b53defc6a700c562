"""Where records and values live: the worker's half writes, the retriever's half reads.

The two halves are two ports because each has one colour: a worker is synchronous, the API is
asynchronous. An adapter serves both over the same data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from ..domain.change import Change, Hold, Note, Refused, Renewal, Snapshot, Swapped
from ..domain.result import Record, Status
from ..domain.result_key import Address


class ResultWriter(Protocol):
    """What workers do with results.

    Every method takes a sequence and needs one round trip for all of it.

    Raises (every method):
        StoreUnavailable: the store cannot be reached; nothing is known of what took place.
        StoreDenied: the store refuses the credentials or the command.
    """

    def load(self, addresses: Sequence[Address]) -> list[Snapshot]:
        """What is stored at each address, in the order asked for; nothing is a snapshot too.

        Records are as they were swapped in, without what runs have reported since: so they can
        be compared with a change that may have taken place.

        Raises:
            StoreCorrupt: a record cannot be read.
        """
        ...

    def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        """Compare and swap each record, with its value where the change has one.

        Each change is atomic by itself and independent of the others: it takes place if the
        stored version is the expected one (and, with `only_if_stale`, no lease is valid), else
        it is refused and nothing is written. Record and value become visible together and
        vanish together. A change that took place is announced in the namespace's event feed and
        kept in the lists that `ResultReader` reads; lists follow within the same round trip.
        Repeating a change that took place is refused, with the snapshot showing its outcome.
        """
        ...

    def renew(self, holds: Sequence[Hold], lease: timedelta) -> list[Renewal]:
        """Extend the lease of each hold to `lease` from the store's present.

        A hold whose attempt is no longer the stored one is reported as not held and left alone.
        With no holds it still asks the store for a sign of life. A lease of zero lets go: nothing
        is left of the lease, so that `Snapshot.lease_left` is None from then on.
        """
        ...

    def report(self, notes: Sequence[Note]) -> None:
        """Show progress and output of runs that are still held; others are ignored.

        Each note replaces the one before; a None in it leaves what is there. Output is kept with
        the number of characters that came before it. The next change of the record puts them away.
        Announced as events of kind `progress`, when they can be read: who looks upon hearing of one
        finds it.
        """
        ...


class OpenTasks(Protocol):
    """Finds what got stuck."""

    def overdue(self, *, limit: int) -> list[Address]:
        """Up to `limit` addresses of tasks that are open although their deadline has passed.

        Earliest deadline first, by the store's clock; the cost grows with the answer only.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        ...

    def forget(self, addresses: Sequence[Address]) -> None:
        """Take addresses off the list of open tasks that turned out to be closed or gone.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        ...


Order = Literal["asc", "desc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which part of a list is asked for; keys sort by time of submission."""

    after: str | None = None
    """Only what follows this key in the order asked for."""
    limit: int | None = None
    """At most so many; None: all."""
    order: Order = "asc"


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A record with its value: the function's JSON, byte for byte as it was stored."""

    record: Record
    value: bytes | None


@dataclass(frozen=True, slots=True)
class FunctionSummary:
    """A function that has live values."""

    function: str
    count: int
    newest: str
    """Key of the value that lives longest: the last to complete where all TTLs are equal."""


@dataclass(frozen=True, slots=True)
class LiveValue:
    """The JSON of one live value and its key."""

    key: str
    value: bytes


class ResultReader(Protocol):
    """What the Metric Retriever reads. Reading never writes.

    Raises (every method):
        StoreUnavailable: the store cannot be reached.
        StoreDenied: the store refuses the credentials or the command.
    """

    async def read(self, address: Address) -> StoredResult | None:
        """The record at an address with its value, or None if nothing is left there.

        Record and value are of the same moment: a succeeded record comes with its value. An open
        record shows the latest progress and output, and whether its cancellation was requested.

        Raises:
            StoreCorrupt: the record cannot be read.
        """
        ...

    async def values(
        self, namespace: str, function: str, part: Slice, *, max_bytes: int
    ) -> list[LiveValue]:
        """Live values of a function, in the order of their keys.

        Two round trips for up to a thousand values, whatever else the store holds. A value that
        expires while it is being read is left out.

        Raises:
            AnswerTooLarge: the values are more than `max_bytes` bytes together.
        """
        ...

    async def records(
        self, namespace: str, function: str, part: Slice, statuses: frozenset[Status]
    ) -> list[Record]:
        """Records of a function in any of `statuses`, in the order of their keys."""
        ...

    async def functions(self, namespace: str) -> list[FunctionSummary]:
        """Functions with live values, by name."""
        ...
