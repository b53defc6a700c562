from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.domain.errors import SandboxUnavailable, StoreCorrupt, StoreUnavailable
from fleeting.domain.isolation import Isolation
from fleeting.domain.result import Progress, Status
from fleeting.domain.result_key import Address
from fleeting.domain.task import Task
from fleeting.domain.verdict import RunReport
from fleeting.ports.runner import RunObserver, RunRequest
from fleeting.usecases.execute import Again, Claimed, Done

from .make import (
    LEASE,
    RAISED,
    SECOND,
    THREE,
    AlarmClock,
    Installation,
    a_report,
    fail_with,
)

LATE = timedelta(milliseconds=200)
AWAY = StoreUnavailable("the store is away")
KILLED = SystemExit("the worker was killed in mid-run")


@pytest.fixture
def home() -> Installation:
    return Installation()


def begin(home: Installation, task: Task) -> None:
    """Leave the task running, as a worker that is killed does."""

    def die(_request: RunRequest, _observer: RunObserver) -> RunReport:
        raise KILLED

    victim = home.new_worker("victim:1")
    victim.runner.will(die)
    with pytest.raises(SystemExit):
        victim.execute(task)


async def test_value_of_a_task_is_stored(home: Installation) -> None:
    task = await home.submitted()

    assert home.worker.execute(task) == Done()

    assert await home.value(task) == b"3"
    record = await home.record(task)
    assert (record.status, record.attempt, record.value_bytes) == (Status.SUCCEEDED, 1, 1)


async def test_redelivered_message_of_an_ended_task_runs_nothing_again(home: Installation) -> None:
    task = await home.submitted()
    home.worker.execute(task)

    assert home.worker.execute(task) == Done()

    assert len(home.worker.runner.requests) == 1


async def test_running_task_names_its_worker_and_the_number_of_the_claim(
    home: Installation,
) -> None:
    """So that no two claims are alike."""
    tasks = [await home.submitted() for _ in range(2)]
    for claim in home.worker.execute.claim(tasks):
        assert isinstance(claim, Claimed)

    records = [await home.record(task) for task in tasks]
    assert [record.worker for record in records] == ["host:1:1", "host:1:2"]


async def test_duplicate_of_a_live_run_comes_again_after_its_lease(home: Installation) -> None:
    task = await home.submitted()
    home.worker.serve_for_a_lease()
    begin(home, task)
    home.clock.advance(4 * SECOND)

    assert home.worker.execute(task) == Again(6 * SECOND + LATE)
    assert home.worker.runner.requests == []


async def test_run_of_a_killed_worker_is_taken_over(home: Installation) -> None:
    task = await home.submitted()
    begin(home, task)
    home.worker.serve_for_a_lease()

    assert home.worker.execute(task) == Done()

    record = await home.record(task)
    assert (record.status, record.attempt) == (Status.SUCCEEDED, 2)


async def test_nobody_takes_over_before_the_store_has_served_for_a_lease(
    home: Installation,
) -> None:
    task = await home.submitted()
    begin(home, task)
    home.clock.advance(3 * LEASE)

    assert home.worker.execute(task) == Again(LEASE + LATE)


async def test_task_that_was_cancelled_while_its_worker_was_dead_ends_without_a_run(
    home: Installation,
) -> None:
    task = await home.submitted()
    begin(home, task)
    await home.cancel(Address("", task.key))
    home.worker.serve_for_a_lease()

    assert home.worker.execute(task) == Done()

    assert (await home.record(task)).status is Status.CANCELLED
    assert home.worker.runner.requests == []


async def test_message_without_a_record_is_run(home: Installation) -> None:
    """As another language's client sends it."""
    task = await home.submitted()
    await home.records.discard([Address("", task.key)])

    home.worker.execute(task)

    assert await home.value(task) == b"3"


async def test_final_record_tells_of_the_run(home: Installation) -> None:
    task = await home.submitted()

    def run(_request: RunRequest, observer: RunObserver) -> RunReport:
        observer.on_progress(9, 10, "nearly")
        home.clock.advance(2 * SECOND)
        return a_report(value=b"3", output="hello", run_time=SECOND, isolation=Isolation.CONFINED)

    home.worker.runner.will(run)
    home.worker.execute(task)

    record = await home.record(task)
    assert (record.output, record.run_time, record.isolation) == (
        "hello",
        SECOND,
        Isolation.CONFINED,
    )
    assert record.progress == Progress(done=9, total=10, note="nearly")
    assert record.started_at == task.submitted_at
    assert record.finished_at == task.submitted_at + 2 * SECOND


async def test_run_has_a_name_of_its_own(home: Installation) -> None:
    one, other = await home.submitted(), await home.submitted(namespace="team")

    home.worker.execute(one)
    home.worker.execute(other)

    names = [request.run_id for request in home.worker.runner.requests]
    assert names == [f":{one.key}:1", f"team:{other.key}:1"]


async def test_times_of_a_record_are_those_of_the_store(home: Installation) -> None:
    """Whatever this machine's clock says."""
    task, wrong = await home.submitted(), ManualClock(home.clock.now() - timedelta(days=9))
    worker = home.new_worker("slow:1", clock=wrong)

    def run(_request: RunRequest, _observer: RunObserver) -> RunReport:
        wrong.advance(2 * SECOND)
        return THREE

    worker.runner.will(run)
    worker.execute(task)

    record = await home.record(task)
    assert record.started_at == home.clock.now()
    assert record.finished_at == home.clock.now() + 2 * SECOND


async def test_lease_is_renewed_while_the_script_runs_and_not_after(home: Installation) -> None:
    task, left = await home.submitted(), list[timedelta | None]()

    def run(_request: RunRequest, _observer: RunObserver) -> RunReport:
        home.clock.advance(9 * SECOND)
        home.worker.leases.beat()
        left.extend(s.lease_left for s in home.worker.writer.load([Address("", task.key)]))
        return THREE

    home.worker.runner.will(run)
    home.worker.execute(task)

    assert left == [LEASE]


async def test_cancelled_run_is_stopped_by_its_name_and_recorded(home: Installation) -> None:
    task = await home.submitted()

    def run(request: RunRequest, _observer: RunObserver) -> RunReport:
        home.worker.leases.cancel(Address("", task.key))
        assert home.worker.runner.stopped == [request.run_id]
        return a_report(error=replace(RAISED, code="run_cancelled"))

    home.worker.runner.will(run)

    assert home.worker.execute(task) == Done()
    assert (await home.record(task)).status is Status.CANCELLED


async def test_run_that_was_taken_over_writes_nothing(home: Installation) -> None:
    task, heir = await home.submitted(), home.new_worker("heir:1")

    def run(_request: RunRequest, _observer: RunObserver) -> RunReport:
        heir.serve_for_a_lease()
        heir.runner.will(a_report(value=b'"of the heir"'))
        heir.execute(task)
        home.worker.leases.beat()
        return THREE

    home.worker.runner.will(run)

    assert home.worker.execute(task) == Done()
    assert await home.value(task) == b'"of the heir"'
    assert home.worker.writer.calls.count("store") == 1


async def test_late_result_of_a_run_that_nobody_stopped_is_refused(
    home: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    task, heir = await home.submitted(), home.new_worker("heir:1")

    def run(_request: RunRequest, _observer: RunObserver) -> RunReport:
        heir.serve_for_a_lease()
        heir.runner.will(a_report(value=b'"of the heir"'))
        heir.execute(task)
        return THREE

    home.worker.runner.will(run)
    with caplog.at_level(logging.WARNING):
        assert home.worker.execute(task) == Done()

    assert await home.value(task) == b'"of the heir"'
    assert [entry.getMessage() for entry in caplog.records] == [
        f"late result of {task.key} refused: the task went on without it"
    ]


async def test_failure_to_be_repeated_comes_again_after_its_pause(home: Installation) -> None:
    task = await home.submitted(retry_on=["raised"])
    home.worker.runner.will(a_report(error=RAISED))

    outcome = home.worker.execute(task)

    record = await home.record(task)
    assert isinstance(outcome, Again)
    assert timedelta(0) < outcome.delay < SECOND
    assert (record.status, record.error) == (Status.QUEUED, RAISED)
    assert record.starts_after == home.clock.now() + outcome.delay
    assert home.worker.execute(task) == Done()
    assert (await home.record(task)).attempt == 2


async def test_failure_is_final_otherwise(home: Installation) -> None:
    task = await home.submitted()
    home.worker.runner.will(a_report(error=RAISED))

    assert home.worker.execute(task) == Done()

    record = await home.record(task)
    assert (record.status, record.error) == (Status.FAILED, RAISED)


async def test_run_that_finds_no_sandbox_is_tried_again(home: Installation) -> None:
    task = await home.submitted()
    home.worker.runner.will(SandboxUnavailable("no process left"))

    assert isinstance(home.worker.execute(task), Again)

    record = await home.record(task)
    assert record.status is Status.QUEUED
    assert record.error is not None
    assert record.error.code == "sandbox_unavailable"


@pytest.mark.parametrize("call", ["load", "store"])
async def test_store_that_is_away_for_three_calls_is_waited_for(
    home: Installation, call: str
) -> None:
    task = await home.submitted()
    home.worker.writer.before(call, *[fail_with(AWAY)] * 3)

    home.worker.execute(task)

    assert await home.value(task) == b"3"
    assert len(home.worker.runner.requests) == 1


async def test_finished_run_is_stored_once_the_store_is_back(home: Installation) -> None:
    task = await home.submitted()
    worker = home.new_worker("patient:1", clock=AlarmClock(5, home.store.switch.turn_on))

    def run(_request: RunRequest, _observer: RunObserver) -> RunReport:
        home.store.switch.turn_off(AWAY)
        return THREE

    worker.runner.will(run)

    assert worker.execute(task) == Done()
    assert await home.value(task) == b"3"


async def test_claim_whose_answer_was_lost_is_known_again(home: Installation) -> None:
    task = await home.submitted()
    home.worker.writer.after("store", fail_with(AWAY))

    assert home.worker.execute(task) == Done()

    record = await home.record(task)
    assert (record.status, record.attempt) == (Status.SUCCEEDED, 1)


async def test_result_whose_answer_was_lost_is_known_again(
    home: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    task = await home.submitted()
    home.worker.writer.after("store", lambda: None, fail_with(AWAY))

    with caplog.at_level(logging.WARNING):
        assert home.worker.execute(task) == Done()

    assert "late result" not in caplog.text
    assert await home.value(task) == b"3"


async def test_who_comes_second_to_a_claim_decides_anew(home: Installation) -> None:
    task = await home.submitted()
    home.worker.serve_for_a_lease()
    home.worker.writer.before("store", lambda: begin(home, task))

    assert home.worker.execute(task) == Again(LEASE + LATE)
    assert home.worker.runner.requests == []


async def test_of_two_threads_that_look_at_the_same_moment_one_runs_the_task(
    home: Installation,
) -> None:
    """Their claims differ although time, attempt and process are the same."""
    task, both = await home.submitted(), Barrier(2)
    home.worker.serve_for_a_lease()
    home.worker.writer.after("load", lambda: both.wait(5), lambda: both.wait(5))

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(home.worker.execute, [task, task]))

    assert len(home.worker.runner.requests) == 1
    assert Done() in outcomes


async def test_record_that_cannot_be_read_is_no_work(home: Installation) -> None:
    task = await home.submitted()
    home.store.corrupt(Address("", task.key))

    with pytest.raises(StoreCorrupt):
        home.worker.execute(task)


async def test_worker_without_the_isolation_asked_for_fails_the_task(home: Installation) -> None:
    task = await home.submitted(isolation="process")
    weak = home.new_worker("weak:1", isolation=Isolation.NONE)

    weak.execute(task)

    record = await home.record(task)
    assert record.error is not None
    assert record.error.code == "isolation_unavailable"
    assert record.isolation is Isolation.NONE


async def test_heartbeat_between_the_end_and_its_answer_takes_no_run_for_lost(
    home: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    task = await home.submitted()
    worker = home.worker
    # The first is the claim, the second the end.
    worker.writer.after("store", lambda: None, lambda: worker.leases.beat() and None)

    assert worker.execute(task) == Done()

    assert caplog.messages == []
