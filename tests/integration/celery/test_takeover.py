"""Who runs a message: its holder for as long as it lives, then somebody else, soon."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from .conftest import VISIBILITY

# Beyond the visibility timeout: a look every second, and the machine's own slowness.
SLACK = timedelta(seconds=3)


def sleep(app, name, seconds, **options):
    app.send_task("test.sleep", args=(name, seconds), **options)


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_a_killed_workers_task_is_run_by_another_within_the_visibility_timeout(
    pool, valkey_url, make_worker, make_sender, record
):
    worker = make_worker(valkey_url, pool=pool)
    sleep(make_sender(valkey_url), "task", 30)
    record.wait_for_start("task")
    make_worker(valkey_url, pool=pool, name="w2")
    # A worker judges others only after it has itself seen Redis for one visibility timeout.
    time.sleep(VISIBILITY.total_seconds())

    worker.kill()
    killed = time.monotonic()

    record.wait_for_start("task", times=2, within=VISIBILITY + SLACK)
    assert time.monotonic() - killed > 0


def test_messages_that_a_killed_worker_had_not_begun_are_run_by_another(
    valkey_url, make_worker, make_sender, record
):
    worker = make_worker(valkey_url)
    app = make_sender(valkey_url)
    sleep(app, "delayed", 0, countdown=3)
    worker.wait_for_log("received", within=timedelta(seconds=5))
    make_worker(valkey_url, name="w2")

    worker.kill()

    record.wait_for_end("delayed", within=timedelta(seconds=3) + 2 * VISIBILITY + SLACK)


@pytest.mark.parametrize("pool", ["threads", "solo", "prefork"])
def test_a_task_longer_than_the_visibility_timeout_runs_once(
    pool, valkey_url, make_worker, make_sender, record
):
    for name in ("w1", "w2"):
        make_worker(valkey_url, pool=pool, name=name)
    sleep(make_sender(valkey_url), "task", 2.5 * VISIBILITY.total_seconds())

    record.wait_for_end("task")

    assert len(record.starts("task")) == 1


def test_a_countdown_longer_than_the_visibility_timeout_fires_once_and_on_time(
    valkey_url, make_worker, make_sender, record
):
    for name in ("w1", "w2"):
        make_worker(valkey_url, name=name)
    countdown = 2.5 * VISIBILITY.total_seconds()
    sent = time.time()
    sleep(make_sender(valkey_url), "task", 2, countdown=countdown)

    record.wait_for_end("task")

    assert len(record.starts("task")) == 1
    assert record.starts("task")[0] - sent == pytest.approx(countdown, abs=1)
