"""Celery's own command line, with fleeting's application."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from ..servers.wait import wait_until
from .workers import Worker

CELERY = [sys.executable, "-m", "celery", "-A", "fleeting.entrypoints.celery_app"]

NO_KEY = {"FLEETING_SIGNING_KEY": ""}


@pytest.fixture
def environment(valkey_url):
    return {"FLEETING_STORE": valkey_url, "FLEETING_QUEUE_NAME": "others"}


@pytest.fixture
def worker(environment, tmp_path):
    command = [*CELERY, "worker", "-P", "threads", "-c", "1", "-l", "info"]
    with Worker(command, log=tmp_path / "celery.log", environment=environment) as worker:
        yield worker


def test_celerys_own_worker_and_remote_control_know_fleetings_task(worker, environment):
    def answer():
        # It waits for a second, and a worker may be slower. Who asks needs no key.
        return subprocess.run(
            [*CELERY, "inspect", "registered"],
            env={**os.environ, **environment, **NO_KEY},
            capture_output=True,
            check=False,
            text=True,
        ).stdout

    wait_until(lambda: "fleeting.run" in answer(), within=timedelta(seconds=40))
    assert "others" in worker.output


def test_celerys_own_worker_does_not_start_where_nobody_is_trusted(environment):
    done = subprocess.run(
        [*CELERY, "worker", "-P", "threads", "-c", "1"],
        env={**os.environ, **environment, **NO_KEY},
        capture_output=True,
        check=False,
        text=True,
        timeout=50,
    )

    assert done.returncode != 0
    assert "no key is trusted to sign tasks" in done.stderr
