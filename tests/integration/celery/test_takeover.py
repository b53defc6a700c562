"""Who runs a message: its holder for as long as it lives, then somebody else, soon."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from datetime import timedelta

import pytest

from ..servers.wait import wait_until
from .conftest import QUEUE, VISIBILITY

# Beyond the visibility timeout: a look every second, and the machine's own slowness.
SLACK = timedelta(seconds=6)
SOON = timedelta(seconds=30)


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

    record.wait_for_start("task", times=2, within=VISIBILITY + SLACK)


def test_messages_that_a_killed_worker_had_not_begun_are_run_by_another(
    valkey_url, make_worker, make_sender, record
):
    worker = make_worker(valkey_url, prefetch=4)
    app = make_sender(valkey_url)
    sleep(app, "running", 30)
    sleep(app, "waiting", 0)
    wait_until(lambda: worker.output.count("received") == 2, within=SOON)
    make_worker(valkey_url, name="w2", concurrency=2)

    worker.kill()

    record.wait_for_end("waiting", within=2 * VISIBILITY + SLACK)


def test_pool_processes_watch_redis_before_their_first_task(valkey_url, make_worker, record):
    """Who begins to watch with the task of a dead one waits for its lease all over again."""
    worker = make_worker(valkey_url, pool="prefork", concurrency=2)

    wait_until(
        lambda: len({*record.executions("started")} - {worker.pid}) == 2,
        within=SOON,
    )


# A solo worker's loop stands still meanwhile, and a prefork worker has others run it.
@pytest.mark.parametrize("pool", ["solo", "prefork"])
def test_a_task_longer_than_the_visibility_timeout_runs_once(
    pool, valkey_url, make_two_workers, make_sender, record
):
    make_two_workers(valkey_url, pool=pool)
    sleep(make_sender(valkey_url), "task", 1.75 * VISIBILITY.total_seconds())

    record.wait_for_end("task")

    assert len(record.starts("task")) == 1


def test_a_countdown_longer_than_the_visibility_timeout_fires_once_and_on_time(
    valkey_url, make_two_workers, make_sender, record
):
    make_two_workers(valkey_url)
    countdown = 1.75 * VISIBILITY.total_seconds()
    sent = time.time()
    sleep(make_sender(valkey_url), "task", 2, countdown=countdown)

    record.wait_for_end("task")

    assert len(record.starts("task")) == 1
    assert countdown <= record.starts("task")[0] - sent < countdown + 3


@pytest.fixture
def abandoned(valkey_server, valkey_url, prefix):
    """Leaves messages as a worker leaves them that died long ago."""
    client = valkey_server.connect()
    queue = f"{prefix}{QUEUE}"

    def leave(*bodies, known=True):
        stream = f"{queue}:stream:0"
        client.xgroup_create(stream, "workers", id="0", mkstream=True)
        for body in bodies:
            client.xadd(stream, body)
        client.xreadgroup("workers", "dead", {stream: ">"})
        if known:
            client.zadd(f"{queue}:consumers", {"dead": 1.0})

    return leave


def message(name):
    body = b64encode(json.dumps([[name, 0], {}, {}]).encode()).decode()
    return {
        "body": body,
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"task": "test.sleep", "id": name},
        "properties": {
            "delivery_tag": name,
            "body_encoding": "base64",
            "delivery_info": {"exchange": "", "routing_key": QUEUE},
        },
    }


def test_nobody_is_judged_before_redis_has_been_there_for_one_visibility_timeout(
    abandoned, valkey_url, make_worker, record
):
    """As after an outage, in which no worker could show that it lives."""
    abandoned({"message": json.dumps(message("old"))})
    make_worker(valkey_url)
    began = time.time()

    record.wait_for_end("old", within=VISIBILITY + SLACK)

    # The worker has known Redis for a little longer than this test has known the worker.
    assert record.starts("old")[0] - began > VISIBILITY.total_seconds() - 3


def test_who_took_messages_without_a_sign_of_life_is_found_too(
    abandoned, valkey_url, make_worker, record
):
    abandoned({"message": json.dumps(message("old"))}, known=False)

    make_worker(valkey_url)

    record.wait_for_end("old", within=2 * VISIBILITY + SLACK)


def test_a_dead_worker_is_forgotten(abandoned, valkey_server, valkey_url, make_worker, record):
    abandoned({"message": json.dumps(message("old"))})
    make_worker(valkey_url)
    record.wait_for_end("old", within=2 * VISIBILITY + SLACK)
    client = valkey_server.connect()

    streams = list(client.scan_iter("*:stream:*"))
    [consumers] = client.scan_iter("*:consumers")

    assert "dead" not in str([client.xinfo_consumers(key, "workers") for key in streams])
    assert client.zcard(consumers) == 1


def test_garbage_among_what_the_dead_left_holds_up_nobody(
    abandoned, valkey_url, make_worker, record
):
    garbage = [{"message": raw} for raw in ("SECRET", "[]", '{"SECRET": 1}', "")]
    abandoned(*garbage, {"SECRET": "?"}, {"message": json.dumps(message("good"))})

    worker = make_worker(valkey_url)

    record.wait_for_end("good", within=SOON)
    wait_until(lambda: worker.output.count("from queue work") == 5, within=SOON)
    assert "SECRET" not in worker.output
