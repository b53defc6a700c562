"""What becomes of a task whose message no worker can ever run."""

from __future__ import annotations

from datetime import timedelta

from .change import Change, Snapshot
from .errors import MalformedMessage
from .outcome import ErrorInfo
from .result import Record, Status
from .result_key import ResultKey


def decide_refusal(snapshot: Snapshot, error: MalformedMessage, *, ttl: timedelta) -> Change | None:
    """The change that ends the task as failed; None: it runs or has ended, by another message.

    Args:
        snapshot: what is stored of it; a message that was not submitted here has no record yet.
        error: why the message cannot be run.
        ttl: how long the result lives where no record says so.
    """
    found = snapshot.record
    if found is not None and found.status is not Status.QUEUED:
        return None
    record = found or _unsubmitted(snapshot, ttl)
    failed = record.failed(at=snapshot.at, error=ErrorInfo.of(error))
    return Change(record=failed, expected=None if found is None else found.version, keep=failed.ttl)


def _unsubmitted(snapshot: Snapshot, ttl: timedelta) -> Record:
    address = snapshot.address
    return Record(
        key=address.key,
        namespace=address.namespace,
        function=address.function,
        source_digest="",
        submitted_at=ResultKey.parse(address.key).submitted_at,
        deadline=snapshot.at,
        ttl=ttl,
    )
