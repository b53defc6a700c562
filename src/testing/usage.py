"""What every `SupportsUsage` must do."""

from __future__ import annotations

from ..domain.change import transition
from ..domain.usage import Usage
from ..ports.result_store import ResultWriter
from ..ports.task_records import SupportsUsage, TaskRecords
from .contract import Run, StoreContract
from .given import Given, success


async def _usage(records: TaskRecords, namespace: str = "") -> Usage:
    assert isinstance(records, SupportsUsage)
    return await records.usage(namespace)


class UsageContract(StoreContract):
    """The contract of `ports.task_records.SupportsUsage`, where usage is kept.

    Fixtures to supply, all over one backend:
        records: `TaskRecords` that are a `SupportsUsage`, too.
        writer: a `ResultWriter`.
    """

    def test_nothing_is_used_at_first(self, run: Run, records: TaskRecords) -> None:
        """And nothing has to be waited for."""
        assert run(_usage(records)) == Usage(0, 0, None)

    def test_tasks_count_until_they_end(self, run: Run, records: TaskRecords, given: Given) -> None:
        """However they end; in their namespace alone."""
        given.queued(0)
        given.running(1)
        given.succeeded(2)
        given.failed(3)
        given.queued(4, namespace="team-a")

        assert run(_usage(records)).open_tasks == 2
        assert run(_usage(records, "team-a")).open_tasks == 1
        assert run(_usage(records, "team-b")).open_tasks == 0

    def test_tasks_that_are_taken_back_count_no_more(
        self, run: Run, records: TaskRecords, given: Given
    ) -> None:
        """They never were."""
        record = given.queued()

        run(records.discard([record.address]))

        assert run(_usage(records)).open_tasks == 0

    def test_values_count_by_their_bytes(
        self, run: Run, records: TaskRecords, given: Given
    ) -> None:
        """All of a namespace together, whatever their function; until they expire."""
        given.succeeded(0, value=b"123")
        given.succeeded(1, value=b"45", function="sub")
        given.succeeded(2, value=b"6789", namespace="team-a")
        given.failed(3)

        found = run(_usage(records))
        assert found.live_bytes == 5
        assert found.relief is not None
        assert 0 < found.relief.total_seconds() <= 3660
        assert run(_usage(records, "team-a")).live_bytes == 4

    def test_a_value_that_was_refused_does_not_count(
        self, run: Run, records: TaskRecords, given: Given, writer: ResultWriter
    ) -> None:
        """Nor does the same one twice."""
        running = given.running()
        given.finished(running, value=b"123")
        again = success(running, at=given.now, value=b"456")

        writer.store([transition(running, again, now=given.now, value=b"456")])

        assert run(_usage(records)).live_bytes == 3
