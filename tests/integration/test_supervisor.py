"""`fleeting worker --processes`: what dies is replaced, and all end together."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fleeting.entrypoints.supervisor import HOPELESS, Supervisor

from .celery.workers import Worker
from .pipeline.deployment import Deployment
from .servers.wait import wait_until

PATIENCE = timedelta(seconds=20)
SOURCE = "def add(a, b):\n    return a + b\n"


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def test_a_process_that_cannot_work_here_ends_all() -> None:
    """What its configuration forbids, a restart does not mend."""
    idle = "import time; time.sleep(60)"

    assert Supervisor([python(f"raise SystemExit({HOPELESS})"), python(idle)]).run() == HOPELESS


def test_a_process_that_dies_is_replaced_until_one_ends_in_order(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    script = (
        f"import os, pathlib; marks = pathlib.Path({str(marks)!r})\n"
        "if marks.exists(): raise SystemExit(0)\n"
        "marks.touch(); os.kill(os.getpid(), 9)"
    )

    assert Supervisor([python(script)]).run() == 0
    assert marks.exists()


@pytest.fixture
def supervised(redis_url: str, tmp_path: Path) -> Iterator[tuple[Deployment, Worker]]:
    with Deployment({"FLEETING_STORE": redis_url}, logs=tmp_path) as deployment:
        yield deployment, deployment.worker(concurrency=1, worker_processes="2")


def workers_of(supervisor: int) -> set[int]:
    """The worker processes below a supervisor."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == supervisor and words[0] != b"/bin/sh":
            found.add(int(entry.name))
    return found


def test_a_killed_worker_process_is_replaced_and_work_goes_on(
    supervised: tuple[Deployment, Worker],
) -> None:
    deployment, supervisor = supervised
    client = deployment.client(deployment.api())
    before = workers_of(supervisor.pid)
    assert len(before) == 2

    os.kill(min(before), signal.SIGKILL)

    wait_until(lambda: len(workers_of(supervisor.pid) - before) == 1, within=PATIENCE)
    assert list(client.map(SOURCE, "add", range(20), range(20)).results(30)) == [
        2 * n for n in range(20)
    ]


def test_all_end_within_ten_seconds_of_sigterm(supervised: tuple[Deployment, Worker]) -> None:
    _, supervisor = supervised
    workers = workers_of(supervisor.pid)

    code = supervisor.terminate(within=timedelta(seconds=10))

    assert code == 0
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
