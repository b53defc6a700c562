"""The same job on every backend: submit, run, store, retrieve, with real processes throughout."""

from __future__ import annotations

import time

import pytest

from fleeting.adapters.sdk.client import Client
from fleeting.domain.errors import ResultGone, RunCancelled, ScriptRaised, TaskFailed
from fleeting.domain.isolation import Isolation
from fleeting.domain.result import Status

from .conftest import MakeDeployment

SCRIPT = """
import time

import fleeting


def add(a, b):
    return a + b


def fail(reason):
    raise ValueError(reason)


def slow(steps):
    for step in range(steps):
        print("step", step)
        fleeting.progress(step, steps)
        time.sleep(0.1)
    return steps
"""


def the_job(client: Client) -> None:
    """What every installation must do, whatever it is made of."""
    handles = client.map(SCRIPT, "add", range(12), range(12))
    assert list(handles.results(60)) == [2 * n for n in range(12)]
    assert client.values("add") == [2 * n for n in range(12)]

    delayed = client.submit(SCRIPT, "add", 40, 2, countdown_seconds=1)
    assert delayed.status() is Status.QUEUED

    failed = client.submit(SCRIPT, "fail", "no luck")
    with pytest.raises(TaskFailed, match="no luck") as raised:
        failed.result(30)
    assert raised.value.error is not None
    assert raised.value.error.code == ScriptRaised.code
    assert "raise ValueError(reason)" in (raised.value.error.traceback or "")

    cancelled = client.submit(SCRIPT, "slow", 1000)
    wait_until_running(cancelled)
    asked = time.monotonic()
    assert cancelled.cancel()
    with pytest.raises(TaskFailed) as raised:
        cancelled.result(30)
    assert raised.value.error is not None
    assert raised.value.error.code == RunCancelled.code
    assert time.monotonic() - asked < 30

    assert delayed.result(30) == 42

    short = client.submit(SCRIPT, "add", "ex", "pired", ttl_seconds=0.5)
    assert short.result(30) == "expired"
    with pytest.raises(ResultGone):
        until_it_raises(lambda: client.handle(short.key).facts())
    assert client.values("add") == [*(2 * n for n in range(12)), 42]

    [summary] = [found for found in client.functions() if found.function == "add"]
    assert summary.count == 13
    assert client.stats("add").count == 13
    [record] = client.results("fail")
    assert (record.key, record.status) == (failed.key, Status.FAILED)


def wait_until_running(handle: object, within: float = 30) -> None:
    until = time.monotonic() + within
    while handle.status() is not Status.RUNNING:  # type: ignore[attr-defined]
        assert time.monotonic() < until, "the task was not started"
        time.sleep(0.02)


def until_it_raises(call: object, within: float = 30) -> None:
    until = time.monotonic() + within
    while time.monotonic() < until:
        call()  # type: ignore[operator]
        time.sleep(0.05)


def test_the_job_in_memory(deploy: MakeDeployment) -> None:
    deployment = deploy()
    the_job(deployment.client(deployment.api()))


@pytest.mark.parametrize("pool", ["threads", "solo", "prefork"])
def test_the_job_on_every_backend_in_every_pool(
    deploy: MakeDeployment, backend: dict[str, str], pool: str
) -> None:
    deployment = deploy(**backend)
    deployment.worker(pool, concurrency=1, is_awaited=False)
    api = deployment.api()
    the_job(deployment.client(api))


@pytest.mark.parametrize("pool", ["threads", "solo", "prefork"])
def test_the_job_in_kept_children(deploy: MakeDeployment, valkey_url: str, pool: str) -> None:
    deployment = deploy(store=valkey_url, sandbox_reuse="true")
    deployment.worker(pool, concurrency=1, is_awaited=False)
    api = deployment.api()
    client = deployment.client(api)
    the_job(client)
    assert client.results("add")[0].isolation is Isolation.CONFINED


def test_the_job_in_processes_without_confinement(deploy: MakeDeployment, valkey_url: str) -> None:
    deployment = deploy(store=valkey_url, isolation="process")
    deployment.worker(is_awaited=False)
    api = deployment.api()
    client = deployment.client(api)
    the_job(client)
    assert client.results("add")[0].isolation is Isolation.PROCESS


def test_the_job_on_stock_transport(deploy: MakeDeployment, valkey_url: str) -> None:
    deployment = deploy(store=valkey_url, queue=f"stock+{valkey_url}")
    deployment.worker(is_awaited=False)
    api = deployment.api()
    the_job(deployment.client(api))
