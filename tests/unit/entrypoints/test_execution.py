from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Semaphore

import pytest

from fleeting.adapters.memory.cancel_signals import MemoryCancelSignals
from fleeting.adapters.memory.policy_source import FixedPolicy
from fleeting.adapters.memory.result_store import (
    MemoryOpenTasks,
    MemoryResultReader,
    MemoryResultWriter,
)
from fleeting.adapters.memory.source_store import MemorySourceReader, MemorySources
from fleeting.adapters.memory.store import MemoryStore
from fleeting.adapters.memory.task_records import MemoryTaskRecords
from fleeting.adapters.system.clock import SystemClock
from fleeting.adapters.system.randomness import SystemRandomness
from fleeting.domain.change import Hold, Note, Renewal, opening
from fleeting.domain.errors import StoreUnavailable
from fleeting.domain.isolation import Isolation
from fleeting.domain.limits import Limits
from fleeting.domain.outcome import ErrorInfo
from fleeting.domain.result import Progress, Record, Status, record_of
from fleeting.domain.result_key import Address, ResultKey
from fleeting.domain.retry import Backoff
from fleeting.domain.task import Task, TaskRequest, accept
from fleeting.domain.verdict import RunReport
from fleeting.entrypoints.execution import Execution
from fleeting.ports.runner import RunObserver, RunRequest
from fleeting.usecases.bury import BuryRun
from fleeting.usecases.execute import Again, Done, ExecuteTask
from fleeting.usecases.leases import Leases
from fleeting.usecases.refuse import RefuseTask
from fleeting.usecases.report import Reports
from fleeting.usecases.resolve_references import ResolveReferences
from fleeting.usecases.run_script import RunScript
from fleeting.usecases.source_guard import SourceGuard
from fleeting.usecases.sweep import SweepOverdue

SOON = 10
"""Seconds after which a test that waits gives up."""

LEASE = timedelta(milliseconds=40)


class WatchedWriter(MemoryResultWriter):
    """Lets a test wait for its calls, and fails as often as the test wants."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.failures: list[Exception] = []
        self.renewed = Semaphore(0)
        self.reported = Semaphore(0)

    def renew(self, holds: Sequence[Hold], lease: timedelta) -> list[Renewal]:
        self.renewed.release()
        self._fail()
        return super().renew(holds, lease)

    def report(self, notes: Sequence[Note]) -> None:
        self._fail()
        super().report(notes)
        self.reported.release()

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop()


class FailingOpenTasks(MemoryOpenTasks):
    """A list that cannot be read."""

    def overdue(self, *, limit: int) -> list[Address]:
        raise StoreUnavailable("the list is away")


def wait_for(event: Event) -> None:
    assert event.wait(SOON)


def wait_for_calls(calls: Semaphore, number: int) -> None:
    """Wait for so many calls from here on."""
    while calls.acquire(blocking=False):
        pass
    for _ in range(number):
        assert calls.acquire(timeout=SOON)


class GatedRunner:
    """Runs until it is stopped or let go."""

    isolation = Isolation.PROCESS

    def __init__(self) -> None:
        self.began = Event()
        self.gate = Event()
        self.stopped = False
        self.observers: list[RunObserver] = []

    def run(self, request: RunRequest, observer: RunObserver) -> RunReport:
        self.observers.append(observer)
        self.began.set()
        wait_for(self.gate)
        if self.stopped:
            error = ErrorInfo(code="run_cancelled", message="stopped")
            return RunReport(error=error, isolation=self.isolation)
        return RunReport(value=b"3", isolation=self.isolation)

    def stop(self, run_id: str) -> None:
        self.stopped = True
        self.gate.set()


class Workshop:
    """A worker process over memory, whose execution the test starts."""

    def __init__(self, open_tasks: MemoryOpenTasks | None = None) -> None:
        self.store = MemoryStore()
        self.writer = WatchedWriter(self.store)
        self.runner = GatedRunner()
        self.released = Event()
        clock = SystemClock()
        leases = Leases(writer=self.writer, clock=clock, lease=LEASE)
        reports = Reports(writer=self.writer)
        self.execution = Execution(
            execute=ExecuteTask(
                writer=self.writer,
                run_script=RunScript(
                    sources=MemorySourceReader(MemorySources()),
                    runner=self.runner,
                    clock=clock,
                    limits=Limits(),
                    resolve=ResolveReferences(
                        policy=FixedPolicy(), source=None, lend=None, clock=clock
                    ),
                ),
                leases=leases,
                reports=reports,
                clock=clock,
                randomness=SystemRandomness(),
                backoff=Backoff(),
                worker="host:1",
                guard=SourceGuard(None, Limits()),
            ),
            refuse=RefuseTask(writer=self.writer, clock=clock, ttl=LEASE),
            bury=BuryRun(
                writer=self.writer, guard=SourceGuard(None, Limits()), name_of="host:{}".format
            ),
            leases=leases,
            reports=reports,
            sweep=SweepOverdue(
                writer=self.writer, open_tasks=open_tasks or MemoryOpenTasks(self.store)
            ),
            signals=MemoryCancelSignals(self.store),
            release=self.released.set,
        )

    def a_task(self) -> Task:
        """A task that was submitted just now."""
        request = TaskRequest.read({"source": "", "function": "add"})
        key = ResultKey.make("add", datetime.now(UTC), "0123456789abcdef")
        return accept(request, key=key, namespace="", source_digest="d" * 64, limits=Limits())

    def record(self, task: Task) -> None:
        self.writer.store([opening(record_of(task), now=task.submitted_at)])

    def stored(self, task: Task) -> Record:
        [snapshot] = self.writer.load([Address("", task.key)])
        assert snapshot.record is not None
        return snapshot.record

    @contextmanager
    def running(self, task: Task) -> Iterator[Future[Done | Again]]:
        """The task in mid-run, in a thread of its own; it may go on once the block ends."""
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(self.execution.run, task)
            wait_for(self.runner.began)
            try:
                yield future
            finally:
                self.runner.gate.set()


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    workshop.execution.start()
    yield workshop
    workshop.execution.close()


def test_claim_is_kept_alive_while_its_script_runs(workshop: Workshop) -> None:
    task = workshop.a_task()

    with workshop.running(task):
        wait_for_calls(workshop.writer.renewed, 8)
        [snapshot] = workshop.writer.load([Address("", task.key)])

    assert snapshot.record is not None
    assert snapshot.record.started_at is not None
    assert snapshot.lease_left is not None
    assert snapshot.at + snapshot.lease_left > snapshot.record.started_at + LEASE
    assert workshop.stored(task).status is Status.SUCCEEDED


async def test_cancellation_is_heard(workshop: Workshop) -> None:
    task = workshop.a_task()

    with workshop.running(task) as outcome:
        await MemoryTaskRecords(workshop.store).request_cancel(Address("", task.key))

        assert outcome.result(SOON) == Done()

    assert workshop.stored(task).status is Status.CANCELLED


async def test_words_of_a_run_are_shown_while_it_runs(workshop: Workshop) -> None:
    task = workshop.a_task()

    with workshop.running(task):
        workshop.runner.observers[0].on_progress(1, 2, "half")
        assert workshop.writer.reported.acquire(timeout=SOON)
        shown = await MemoryResultReader(workshop.store).read(Address("", task.key))

    assert shown is not None
    assert shown.record.progress == Progress(done=1, total=2, note="half")


def test_overdue_tasks_are_swept(workshop: Workshop, caplog: pytest.LogCaptureFixture) -> None:
    task = replace(workshop.a_task(), deadline=datetime.now(UTC))
    with caplog.at_level(logging.WARNING):
        workshop.record(task)

        wait_for_calls(workshop.writer.renewed, 3)

    assert workshop.stored(task).status is Status.LOST
    assert "1 overdue task(s) ended as lost" in caplog.messages


@pytest.mark.parametrize("error", [StoreUnavailable("away"), ZeroDivisionError("a bug")])
def test_heart_goes_on_beating_after_a_failure(
    workshop: Workshop, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    workshop.writer.failures = [error]

    wait_for_calls(workshop.writer.renewed, 3)

    assert workshop.writer.failures == []
    is_a_bug = isinstance(error, ZeroDivisionError)
    assert any("housekeeping failed" in message for message in caplog.messages) is is_a_bug


def test_failed_sweep_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    workshop = Workshop(FailingOpenTasks(MemoryStore()))

    with caplog.at_level(logging.WARNING):
        workshop.execution.start()
        wait_for_calls(workshop.writer.renewed, 3)
        workshop.execution.close()

    assert caplog.messages.count("overdue tasks not looked at: the list is away") > 1


def test_closing_stops_the_heart_and_releases_the_connections() -> None:
    workshop = Workshop()
    workshop.execution.start()
    wait_for_calls(workshop.writer.renewed, 1)

    workshop.execution.close()

    while workshop.writer.renewed.acquire(blocking=False):
        pass
    assert workshop.released.is_set()
    assert not workshop.writer.renewed.acquire(timeout=3 * LEASE.total_seconds())


def test_execution_that_was_never_started_can_be_closed() -> None:
    workshop = Workshop()

    workshop.execution.close()

    assert workshop.released.is_set()
