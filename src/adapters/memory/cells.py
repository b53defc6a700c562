"""What memory holds of one task: bytes, as a server would, and the marks around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from ...domain.change import Change, Hold, Note, Snapshot
from ...domain.errors import StoreCorrupt
from ...domain.result import Progress, Record, Status
from ...domain.result_key import Address


@dataclass(slots=True)
class Cell:
    """One task: its record as JSON, its value, and what changes without a swap."""

    record: bytes
    version: str
    expires: datetime
    value: bytes | None = None
    lease_until: datetime | None = None
    cancel_requested: bool = False
    progress: bytes | None = None
    output: bytes | None = None
    output_start: int = 0
    deadline: datetime = field(kw_only=True)

    @classmethod
    def holding(cls, change: Change, *, at: datetime, marked: bool) -> Cell:
        """The cell after `change`; a cancel mark stays, notes do not."""
        return cls(
            record=change.record.model_dump_json().encode(),
            version=change.record.version,
            expires=at + change.keep,
            value=change.value,
            lease_until=None if change.lease is None else at + change.lease,
            cancel_requested=marked,
            deadline=change.record.deadline,
        )

    @property
    def status(self) -> Status:
        """The status, read off the version."""
        return Status(self.version.partition(":")[0])

    @property
    def attempt(self) -> int:
        """The attempt, read off the version."""
        return int(self.version.partition(":")[2])

    def allows(self, change: Change, *, at: datetime) -> bool:
        """Whether `change` may take this cell's place."""
        is_held = self.lease_until is not None and self.lease_until > at
        return (
            self.version == change.expected
            and not (change.only_if_stale and is_held)
            and not (change.unless_cancelled and self.cancel_requested)
        )

    def is_held(self, hold: Hold) -> bool:
        """Whether the attempt of `hold` is the stored one."""
        return self.status is Status.RUNNING and self.version == hold.version

    def take(self, note: Note) -> None:
        """Keep what a run says; None leaves what is there."""
        if note.progress is not None:
            self.progress = note.progress.model_dump_json().encode()
        if note.output is not None:
            self.output = note.output.encode("utf-8", "surrogatepass")
            self.output_start = note.output_start

    def stored_record(self, address: Address) -> Record:
        """The record as it was swapped in.

        Raises:
            StoreCorrupt: it cannot be read.
        """
        try:
            return Record.model_validate_json(self.record)
        except ValidationError:
            raise StoreCorrupt(
                f"the record of {address.key} is none of fleeting's: something else writes to "
                "this store"
            ) from None

    def shown_record(self, address: Address) -> Record:
        """The record with what the run has said since, and the cancel mark.

        Raises:
            StoreCorrupt: it cannot be read.
        """
        record = self.stored_record(address)
        if record.status.is_final:
            return record
        facts: dict[str, object] = {}
        if self.cancel_requested:
            facts["cancel_requested"] = True
        if self.progress is not None:
            facts["progress"] = Progress.model_validate_json(self.progress)
        if self.output is not None:
            facts["output"] = self.output.decode("utf-8", "surrogatepass")
            facts["output_start"] = self.output_start
        return record.model_copy(update=facts)


def snapshot(address: Address, cell: Cell | None, *, at: datetime) -> Snapshot:
    """What is stored at `address`, at the store's time `at`."""
    if cell is None:
        return Snapshot(address, None, None, cancel_requested=False, at=at)
    return Snapshot(
        address,
        cell.stored_record(address),
        None if cell.lease_until is None else cell.lease_until - at,
        cancel_requested=cell.cancel_requested,
        at=at,
    )
