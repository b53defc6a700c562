"""Records as Redis keeps them: JSON in a hash, beside what changes without a swap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from pydantic import ValidationError

from ...domain.change import Snapshot
from ...domain.errors import StoreCorrupt
from ...domain.result import Progress, Record, Status
from ...domain.result_key import Address
from .commands import Reply

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

Fields = Mapping[bytes, bytes]


def milliseconds(span: timedelta) -> int:
    """A life or a lease as Redis takes it: whole, rounded up, at least 1."""
    return max(1, -(-span // _MILLISECOND))


def moment(microseconds: int) -> datetime:
    """A time of Redis' clock."""
    return _EPOCH + timedelta(microseconds=microseconds)


def moment_ms(at: datetime) -> int:
    """A time as Redis takes it."""
    return (at - _EPOCH) // _MILLISECOND


def fields_of(reply: Fields | Sequence[bytes]) -> Fields:
    """A hash, however it came: flat from a script, as a mapping otherwise."""
    if isinstance(reply, Mapping):
        return reply
    return dict(zip(reply[::2], reply[1::2], strict=True))


def encode(record: Record) -> bytes:
    """The record as JSON, without what is as it would be anyway."""
    return record.model_dump_json(exclude_defaults=True).encode()


def decode(key: str, fields: Fields) -> Record:
    """The record as it was swapped in.

    Raises:
        StoreCorrupt: the hash at `key` holds none.
    """
    try:
        record = Record.model_validate_json(fields[b"record"])
    except (KeyError, ValidationError):
        raise corrupt(key) from None
    if fields.get(b"version") != record.version.encode():
        raise corrupt(key)
    return record


def decode_shown(key: str, fields: Fields) -> Record:
    """The record with what its run has reported since, and the cancel mark.

    Raises:
        StoreCorrupt: the hash at `key` holds none.
    """
    record = decode(key, fields)
    if record.status.is_final:
        return record
    facts: dict[str, object] = {}
    if b"cancel" in fields:
        facts["cancel_requested"] = True
    if b"output" in fields:
        facts["output"] = fields[b"output"].decode("utf-8", "replace")
        facts["output_start"] = _count(key, fields.get(b"output_start", b"0"))
    if b"progress" in fields:
        facts["progress"] = _progress(key, fields[b"progress"])
    return record.model_copy(update=facts) if facts else record


def corrupt(key: str) -> StoreCorrupt:
    """The error for a key under which something else is stored."""
    return StoreCorrupt(
        f"{key} holds something that fleeting did not write: delete it, and see who else writes "
        "to this Redis"
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """What a script says is stored at an address."""

    snapshot: Snapshot
    life_left: timedelta


def stored_at(address: Address, key: str, reply: Reply) -> Stored:
    """Read the reply of the function `snapshot` in the scripts.

    Raises:
        StoreCorrupt: the hash holds no record.
    """
    _, now_us, life_ms, flat = reply
    fields, at = fields_of(flat), moment(now_us)
    snapshot = Snapshot(
        address,
        decode(key, fields) if fields else None,
        _lease_left(key, fields, at),
        cancel_requested=b"cancel" in fields,
        at=at,
    )
    return Stored(snapshot, timedelta(milliseconds=max(0, life_ms)))


@lru_cache(maxsize=512)
def status_of(version: str) -> tuple[Status, int]:
    """Status and attempt, which is what a version consists of."""
    status, _, attempt = version.partition(":")
    return Status(status), int(attempt)


def _lease_left(key: str, fields: Fields, at: datetime) -> timedelta | None:
    if b"lease" not in fields:
        return None
    try:
        return moment(int(fields[b"lease"]) * 1000) - at
    except (ValueError, OverflowError):
        raise corrupt(key) from None


def _count(key: str, text: bytes) -> int:
    try:
        return int(text)
    except ValueError:
        raise corrupt(key) from None


def _progress(key: str, text: bytes) -> Progress:
    try:
        return Progress.model_validate_json(text)
    except ValidationError:
        raise corrupt(key) from None
