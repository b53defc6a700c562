"""The memory records tell what a namespace has."""

from __future__ import annotations

from datetime import timedelta

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.task_records import MemoryTaskRecords
from fleeting.testing import Run, UsageContract
from fleeting.testing.given import Given


class TestMemoryUsage(UsageContract):
    def test_values_that_expire_count_no_more(
        self, run: Run, records: MemoryTaskRecords, given: Given, clock: ManualClock
    ) -> None:
        given.succeeded(value=b"123", ttl=timedelta(minutes=1))

        clock.advance(timedelta(minutes=1))

        assert run(records.usage("")).live_bytes == 0
