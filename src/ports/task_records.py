"""What the API writes about tasks: that they were accepted, and that they shall end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, runtime_checkable

from ..domain.change import Change, Refused, Snapshot, Swapped
from ..domain.result_key import Address
from ..domain.usage import Usage
from .task_queue import Letter


@dataclass(frozen=True, slots=True)
class Reservation:
    """A caller's idempotency key, bound to a task and to what was asked."""

    namespace: str
    name: str
    """Digest of the idempotency key."""
    key: str
    """The task's key."""
    request_digest: str
    """Tells the same request from another one under the same idempotency key."""


class TaskRecords(Protocol):
    """The API's half of the result store.

    Raises (every method):
        StoreUnavailable: the store cannot be reached; nothing is known of what took place.
        StoreDenied: the store refuses the credentials or the command.
    """

    async def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        """Compare and swap, as `ResultWriter.store`."""
        ...

    async def request_cancel(self, address: Address) -> Snapshot:
        """Mark an open task as to be cancelled, tell the workers, and return what is stored.

        A task that has ended or is gone is left alone. The mark stays, so that a worker that
        misses the signal finds it at its next heartbeat or claim.
        """
        ...

    async def discard(
        self, addresses: Sequence[Address], reservations: Sequence[Reservation] = ()
    ) -> None:
        """Take back records of tasks that never reached the queue, with their reservations.

        Only records that are still queued go, and only reservations that still name that task.
        """
        ...

    async def reserve(self, wanted: Sequence[Reservation], keep: timedelta) -> list[Reservation]:
        """Bind idempotency keys for `keep`; for each, the first reservation of that name wins.

        Returns the reservations in force, in the order asked for.
        """
        ...


@runtime_checkable
class SupportsOpenCount(Protocol):
    """Records that can tell how many tasks have not ended."""

    async def open_count(self) -> int:
        """Tasks of all namespaces that are recorded and have not ended; its cost is constant.

        Raises as `TaskRecords`.
        """
        ...


@runtime_checkable
class SupportsUsage(Protocol):
    """Records that can tell what a namespace has, where they were told to keep that."""

    async def usage(self, namespace: str) -> Usage:
        """Its open tasks, and the bytes of its live values; its cost does not grow with these.

        Values count until the end of the minute in which they expire.

        Raises as `TaskRecords`.
        """
        ...


@runtime_checkable
class SupportsPosting(Protocol):
    """Records whose server can put a message into the queue in the same round trip."""

    async def store_and_post(self, change: Change, letter: Letter) -> Swapped | Refused:
        """Compare and swap, as `TaskRecords.store`, then post.

        The letter is posted if the change took place, and only then; once, also where the
        connection breaks and the call is repeated. Raises as `TaskRecords`: then it may have been
        posted.
        """
        ...
