"""Batches as messages of many calls, through a whole installation: each call has its own end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from fleeting.adapters.sdk.handle import Handle
from fleeting.domain.errors import TaskFailed
from fleeting.domain.result import Status

from ..celery.workers import Worker
from .conftest import MakeDeployment

COUNT_RUNS = """
import pathlib
import time


def work(folder, number, seconds):
    runs = pathlib.Path(folder) / str(number)
    runs.mkdir(exist_ok=True)
    (runs / str(time.monotonic_ns())).touch()
    time.sleep(seconds)
    return number


def work_in_the_end(folder, number):
    runs = pathlib.Path(folder) / str(number)
    runs.mkdir(exist_ok=True)
    attempt = len(list(runs.iterdir()))
    (runs / str(attempt)).touch()
    if number == 3 and attempt == 0:
        raise ValueError("not yet")
    return number
"""


def _runs(folder: Path, number: int) -> int:
    found = folder / str(number)
    return len(list(found.iterdir())) if found.exists() else 0


def _wait_for(condition: Callable[[], bool], seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it has not come about"
        time.sleep(0.02)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "runs"
    made.mkdir()
    return made


@pytest.mark.parametrize("pool", ["threads", "prefork"])
@pytest.mark.parametrize("transport", ["", "stock+"], ids=["streams", "stock"])
def test_every_call_of_a_batch_has_its_value(
    deploy: MakeDeployment, valkey_url: str, pool: str, transport: str
) -> None:
    deployment = deploy(store=valkey_url, queue=f"{transport}{valkey_url}")
    deployment.worker(pool, is_awaited=False)
    client = deployment.client(deployment.api())

    handles = client.map("def double(n):\n    return 2 * n\n", "double", range(250))

    assert [handle.result(60) for handle in handles] == [2 * n for n in range(250)]


def test_one_call_of_a_batch_is_cancelled_and_the_others_run(
    deploy: MakeDeployment, valkey_url: str, folder: Path
) -> None:
    deployment = deploy(store=valkey_url, isolation="process")  # the script writes files
    client = deployment.client(deployment.api())
    columns = [str(folder)] * 20, range(20), [0] * 20
    handles = client.map(COUNT_RUNS, "work", *columns)
    handles[7].cancel()

    deployment.worker()

    with pytest.raises(TaskFailed, match="was cancelled"):
        handles[7].result(30)
    others = [handle for number, handle in enumerate(handles) if number != 7]
    assert [handle.result(30) for handle in others] == [n for n in range(20) if n != 7]
    assert _runs(folder, 7) == 0


def test_one_call_of_a_batch_is_tried_again_and_the_others_are_not(
    deploy: MakeDeployment, valkey_url: str, folder: Path
) -> None:
    deployment = deploy(store=valkey_url, isolation="process")
    deployment.worker(is_awaited=False)
    client = deployment.client(deployment.api())

    handles = client.map(
        COUNT_RUNS, "work_in_the_end", [str(folder)] * 10, range(10), retry_on=["raised"]
    )

    assert [handle.result(30) for handle in handles] == list(range(10))
    assert [_runs(folder, n) for n in range(10)] == [2 if n == 3 else 1 for n in range(10)]


@pytest.mark.parametrize("end", [Worker.kill, Worker.terminate], ids=["killed", "stopped"])
def test_worker_that_ends_in_the_middle_of_a_batch_costs_no_call(
    deploy: MakeDeployment, valkey_url: str, folder: Path, end: Callable[[Worker], object]
) -> None:
    """Every call ends once; only what was running is run a second time."""
    deployment = deploy(store=valkey_url, isolation="process")
    victim = deployment.worker(is_awaited=False)
    client = deployment.client(deployment.api())
    count = 60
    columns = [str(folder)] * count, range(count), [0.05] * count
    handles = client.map(COUNT_RUNS, "work", *columns)
    _wait_for(lambda: sum(_runs(folder, n) for n in range(count)) >= 10)

    end(victim)
    deployment.worker()

    assert [handle.result(60) for handle in handles] == list(range(count))
    runs = [_runs(folder, n) for n in range(count)]
    assert all(runs)
    assert sum(runs) <= count + 2, "a slot has one run each, and the others had not begun"
    assert _statuses(handles) == {Status.SUCCEEDED}


def _statuses(handles: Iterable[Handle]) -> set[Status]:
    return {handle.facts().status for handle in handles}


def test_idle_worker_takes_a_share_of_a_batch_of_long_calls(
    deploy: MakeDeployment, valkey_url: str, folder: Path
) -> None:
    deployment = deploy(store=valkey_url, isolation="process")
    workers = [deployment.worker(concurrency=1, is_awaited=False) for _ in range(2)]
    client = deployment.client(deployment.api())
    for worker in workers:
        worker.wait_for_log(" ready", within=timedelta(seconds=40))

    handles = client.map(COUNT_RUNS, "work", [str(folder)] * 100, range(100), [0.1] * 100)

    assert [handle.result(60) for handle in handles] == list(range(100))
    names = [(handle.facts().worker or "").rpartition(":")[0] for handle in handles]
    shares = [sum(name == other for name in names) for other in set(names)]
    assert len(shares) == 2
    assert min(shares) > 30
