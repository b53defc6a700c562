"""Tasks, records and snapshots as these tests need them: valid, and changed where it matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fleeting.domain.change import Snapshot
from fleeting.domain.isolation import Isolation
from fleeting.domain.limits import Limits
from fleeting.domain.outcome import ErrorInfo
from fleeting.domain.result import Record, Status
from fleeting.domain.result_key import ResultKey
from fleeting.domain.task import Task, TaskRequest, accept
from fleeting.domain.verdict import RunReport

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=10)
SOURCE = "def add(a, b):\n    return a + b\n"
DIGEST = "d" * 64
KEY = ResultKey.make("add", NOW, "0123456789abcdef")
ERROR = ErrorInfo(code="script_raised", message="division by zero")


def a_request(**changes: Any) -> TaskRequest:
    return TaskRequest.read({"source": SOURCE, "function": "add", "args": [1, 2]} | changes)


def a_task(*, limits: Limits | None = None, **changes: Any) -> Task:
    """The task that a request with these options becomes, submitted at `NOW`."""
    return accept(
        a_request(**changes),
        key=KEY,
        namespace="",
        source_digest=DIGEST,
        limits=limits or Limits(),
    )


def a_record(**changes: Any) -> Record:
    """A queued record of three attempts, due in an hour, whose result lives five minutes."""
    facts: dict[str, Any] = {
        "key": str(KEY),
        "function": "add",
        "source_digest": DIGEST,
        "max_attempts": 3,
        "submitted_at": NOW,
        "deadline": NOW + timedelta(hours=1),
        "ttl": timedelta(minutes=5),
    }
    return Record(**facts | changes)


def a_running_record(*, attempt: int = 1, **changes: Any) -> Record:
    facts: dict[str, Any] = {"started_at": NOW, "worker": "other"} | changes
    return a_record(status=Status.RUNNING, attempt=attempt, **facts)


def a_snapshot(
    record: Record | None,
    *,
    at: datetime = NOW,
    lease_left: timedelta | None = None,
    cancel_requested: bool = False,
) -> Snapshot:
    address = record.address if record else a_record().address
    return Snapshot(address, record, lease_left, cancel_requested, at)


def a_report(**facts: Any) -> RunReport:
    return RunReport(**{"isolation": Isolation.PROCESS, "run_time": SECOND} | facts)
