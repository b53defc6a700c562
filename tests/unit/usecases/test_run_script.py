from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fleeting.adapters.memory.source_store import MemorySourceReader
from fleeting.domain.bounds import Bounds
from fleeting.domain.errors import InvalidTask, SandboxUnavailable, StoreUnavailable
from fleeting.domain.isolation import Isolation
from fleeting.domain.limits import MIB
from fleeting.domain.task import Task
from fleeting.domain.verdict import RunReport
from fleeting.ports.clock import Clock
from fleeting.ports.runner import RunObserver, RunRequest
from fleeting.usecases.run_script import RunScript

from .make import SOURCE, THREE, AlarmClock, Installation, ScriptedRunner


class Deaf:
    """Hears nothing."""

    def on_output(self, text: str) -> None: ...

    def on_progress(self, done: float, total: float | None, note: str) -> None: ...


@pytest.fixture
def home() -> Installation:
    return Installation(max_value_bytes=1234, max_output_bytes=567)


def a_script(
    home: Installation, runner: ScriptedRunner | None = None, clock: Clock | None = None
) -> RunScript:
    return RunScript(
        sources=MemorySourceReader(home.sources),
        runner=runner or home.worker.runner,
        clock=clock or home.clock,
        limits=home.limits,
        resolve=home.resolve,
    )


def run(home: Installation, task: Task, **options: Any) -> RunReport:
    return a_script(home, **options)(task, "run-1", Deaf())


async def test_runner_is_told_all_of_the_task(home: Installation) -> None:
    task = await home.submitted(kwargs={"b": 2}, args=[1], timeout_seconds=2.5, memory_mb=64)

    assert run(home, task) == THREE
    assert home.worker.runner.requests == [
        RunRequest(
            run_id="run-1",
            digest=task.source_digest,
            source=SOURCE,
            function="add",
            args=[1],
            kwargs={"b": 2},
            timeout=timedelta(seconds=2.5),
            memory_bytes=64 * MIB,
            max_value_bytes=1234,
            max_output_bytes=567,
        )
    ]


async def test_observer_hears_the_run(home: Installation) -> None:
    task, heard = await home.submitted(), list[RunObserver]()

    def step(_request: RunRequest, observer: RunObserver) -> RunReport:
        heard.append(observer)
        return THREE

    home.worker.runner.will(step)
    run(home, task)

    assert isinstance(heard[0], Deaf)


async def test_source_that_is_not_in_the_message_is_looked_up(home: Installation) -> None:
    task = replace(await home.submitted(), source=None)

    assert run(home, task) == THREE
    assert home.worker.runner.requests[0].source == SOURCE


async def test_source_store_that_is_away_is_waited_for(home: Installation) -> None:
    task = replace(await home.submitted(), source=None)
    home.sources.switch.turn_off(StoreUnavailable("away"))

    assert run(home, task, clock=AlarmClock(3, home.sources.switch.turn_on)) == THREE


async def test_source_that_is_nowhere_is_an_error_of_the_task(home: Installation) -> None:
    task = replace(await home.submitted(), source=None, source_digest="e" * 64)

    report = run(home, task)

    assert report.error is not None
    assert report.error.code == "source_unknown"
    assert "eeeeeeeeeeee…" in report.error.message
    assert report.isolation is Isolation.PROCESS


async def test_weaker_isolation_than_asked_for_runs_nothing(home: Installation) -> None:
    task = replace(await home.submitted(), isolation=Isolation.CONFINED)

    report = run(home, task)

    assert report.error is not None
    assert report.error.code == "isolation_unavailable"
    assert "isolation confined is not in force in this worker: it gives process" in (
        report.error.message
    )
    assert report.isolation is Isolation.PROCESS
    assert home.worker.runner.requests == []


@pytest.mark.parametrize("wanted", [None, "none", "process"])
async def test_as_strong_isolation_as_asked_for_will_do(
    home: Installation, wanted: str | None
) -> None:
    task = await home.submitted(isolation=wanted)

    assert run(home, task) == THREE


async def test_runner_without_isolation_is_asked_for_no_limits(home: Installation) -> None:
    runner = ScriptedRunner(Isolation.NONE)

    run(home, await home.submitted(), runner=runner)

    assert (runner.requests[0].timeout, runner.requests[0].memory_bytes) == (None, None)


@pytest.mark.parametrize(
    "error", [SandboxUnavailable("no process left"), InvalidTask("no such limit")]
)
async def test_run_that_could_not_be_started_is_reported(
    home: Installation, error: SandboxUnavailable | InvalidTask
) -> None:
    task = await home.submitted()
    home.worker.runner.will(error)

    report = run(home, task)

    assert report.error is not None
    assert (report.error.code, report.error.message) == (error.code, error.message)


def test_run_is_stopped_by_its_name(home: Installation) -> None:
    a_script(home).stop("run-1")

    assert home.worker.runner.stopped == ["run-1"]


async def test_runner_is_told_the_bounds_and_the_mode(home: Installation) -> None:
    task = await home.submitted(cpu_seconds=2, mode="fresh")
    task = replace(task, mode="reuse")
    run(home, task)
    run(home, replace(task, mode="fresh"))
    run(home, replace(task, mode=None))

    requests = home.worker.runner.requests
    assert {request.bounds for request in requests} == {Bounds(cpu_time=timedelta(seconds=2))}
    assert [request.reuse for request in requests] == [True, False, None]


async def test_bounds_that_the_worker_cannot_enforce_are_refused(home: Installation) -> None:
    task = replace(await home.submitted(), bounds=Bounds(threads=2))

    report = run(home, task)

    assert report.error is not None
    assert report.error.code == "isolation_unavailable"
    assert home.worker.runner.requests == []


async def test_worker_below_the_least_isolation_runs_nothing() -> None:
    """Its settings may be older than those of the API."""
    home = Installation(min_isolation="confined")
    task = await home.submitted()

    report = run(home, task)

    assert report.error is not None
    assert "isolation confined is not in force in this worker" in report.error.message
    assert home.worker.runner.requests == []


async def test_processes_are_kept_for_one_namespace_and_principal(home: Installation) -> None:
    for namespace, principal in [("", ""), ("a", ""), ("", "a"), ("a", "a")]:
        run(home, await home.submitted(namespace=namespace, principal=principal))

    tenants = [request.tenant for request in home.worker.runner.requests]
    assert tenants == ["", "a", "/a", "a/a"]


async def test_literals_are_laid_bare(home: Installation) -> None:
    task = await home.submitted(args=[1, {"$literal": {"$secret": "x"}}])

    run(home, task)

    assert home.worker.runner.requests[0].args == [1, {"$secret": "x"}]
