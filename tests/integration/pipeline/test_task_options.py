"""What a task asks for beside its call, over HTTP and Celery: given as asked, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from fleeting.adapters.sdk.client import Client
from fleeting.domain.errors import (
    FleetingError,
    InvalidTask,
    IsolationUnavailable,
    LibraryUnavailable,
    TaskFailed,
)

from ..servers.valkey import Valkey
from ..servers.wait import wait_until
from .deployment import Deployment

PATIENCE = timedelta(seconds=40)
PID = "import os\ndef f():\n    return os.getpid()\n"
SPIN = "def f():\n    while True: pass\n"
THREADS = """
import threading
def f(count):
    gate = threading.Event()
    others = [threading.Thread(target=gate.wait) for _ in range(count - 1)]
    try:
        for other in others: other.start()
    finally:
        gate.set()
    return count
"""
CONNECT = "import fleeting\ndef f():\n    fleeting.connect('example.com', 443)\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, valkey_server: Valkey) -> Iterator[Client]:
    valkey_server.heal()
    environment = {
        "FLEETING_STORE": valkey_server.url,
        "FLEETING_LIMITS__NETWORK": "tcp:api.example.com:443",
        "FLEETING_LIMITS__MAX_CPU_SECONDS": "10",
    }
    with Deployment(environment, logs=tmp_path_factory.mktemp("logs")) as deployment:
        client = deployment.client(deployment.api())
        deployment.worker()
        wait_until(lambda: bool(client.workers()), within=PATIENCE)
        yield client


def failure(client: Client, source: str, *args: object, **options: Any) -> str:
    """The code with which a task fails."""
    with pytest.raises(TaskFailed) as raised:
        client.submit(source, "f", *args, **options).result(30)
    assert raised.value.error is not None
    return raised.value.error.code


def pids(client: Client, mode: str) -> set[int]:
    """The processes of three runs, one after the other."""
    return {client.submit(PID, "f", mode=mode).result(30) for _ in range(3)}


def test_mode_says_whether_runs_share_a_process(client: Client) -> None:
    assert len(pids(client, "fresh")) == 3
    assert len(pids(client, "reuse")) == 1


def test_run_ends_with_its_processor_time(client: Client) -> None:
    assert failure(client, SPIN, cpu_seconds=1, timeout_seconds=20) == "cpu_time_exceeded"


def test_run_has_the_threads_that_it_asked_for_and_no_more(client: Client) -> None:
    assert client.submit(THREADS, "f", 1, threads=1).result(30) == 1
    assert failure(client, THREADS, 2, threads=1) == "script_raised"
    assert client.submit(THREADS, "f", 2).result(30) == 2


REFUSED: dict[str, tuple[dict[str, Any], type[FleetingError], str]] = {
    "scratch space": ({"scratch_mb": 1}, IsolationUnavailable, "scratch_mb takes isolation isol"),
    "network": ({"network": ["tcp:example.com:443"]}, InvalidTask, "tcp:example.com:443"),
    "processor time": ({"cpu_seconds": 11}, InvalidTask, "cpu_seconds is at most 10"),
    "mode": ({"mode": "reuse", "threads": 1}, InvalidTask, "mode reuse does not go with threads"),
    "isolation": ({"isolation": "isolated"}, IsolationUnavailable, "isolated"),
}
"""Options, the error at submission, and part of what it says."""


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_given_is_refused_at_submission(client: Client, case: str) -> None:
    options, error, said = REFUSED[case]

    with pytest.raises(error, match=said):
        client.submit(PID, "f", **options)
    assert [one.code for one in client.check(PID, "f", **options).problems] == [error.code]


def test_run_that_names_no_place_connects_to_none(client: Client) -> None:
    """Although the operator allows some."""
    assert failure(client, CONNECT) == "script_raised"


def test_libraries_that_no_worker_has_are_named_over_http(client: Client) -> None:
    source = f'# /// script\n# dependencies = ["no-such-distribution>=2"]\n# ///\n{PID}'

    with pytest.raises(LibraryUnavailable, match="no worker has no-such-distribution>=2"):
        client.submit(source, "f")
