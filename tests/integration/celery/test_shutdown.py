"""SIGTERM: take nothing more, let short runs end, hand the rest back, within ten seconds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ..servers.wait import wait_until

POOLS = ["threads", "solo", "prefork"]
PLATFORM = timedelta(seconds=10)
SOON = timedelta(seconds=30)


@pytest.mark.parametrize("pool", POOLS)
def test_an_idle_worker_ends_at_once(pool, valkey_url, make_worker):
    worker = make_worker(valkey_url, pool=pool)

    assert worker.terminate(within=PLATFORM) == 0


@pytest.mark.parametrize("pool", POOLS)
def test_a_short_run_ends_first(pool, valkey_url, make_worker, make_sender, record):
    worker = make_worker(valkey_url, pool=pool, soft_shutdown_seconds=4)
    make_sender(valkey_url).send_task("test.sleep", args=("short", 1.5))
    record.wait_for_start("short")

    assert worker.terminate(within=PLATFORM) == 0

    assert len(record.ends("short")) == 1
    make_worker(valkey_url, pool=pool, name="w2")
    make_sender(valkey_url).send_task("test.sleep", args=("after", 0))
    record.wait_for_end("after")
    assert len(record.starts("short")) == 1


@pytest.mark.parametrize("pool", POOLS)
def test_a_long_run_is_handed_to_another_worker(pool, valkey_url, make_worker, make_sender, record):
    worker = make_worker(valkey_url, pool=pool, soft_shutdown_seconds=1)
    make_sender(valkey_url).send_task("test.sleep", args=("long", 30))
    record.wait_for_start("long")

    # The soft shutdown is 7 s in production, this one ends sooner by as much.
    assert worker.terminate(within=PLATFORM - timedelta(seconds=6)) == 0

    heir = make_worker(valkey_url, pool=pool, name="w2")
    record.wait_for_start("long", times=2, within=SOON)
    assert "which is silent" not in heir.output, "it was not handed over, but taken over"


def test_messages_that_wait_in_a_worker_are_handed_back(
    valkey_url, make_worker, make_sender, record
):
    worker = make_worker(valkey_url, prefetch=4, soft_shutdown_seconds=1)
    app = make_sender(valkey_url)
    app.send_task("test.sleep", args=("running", 30))
    for number in range(3):
        app.send_task("test.sleep", args=(f"waiting-{number}", 0))
    wait_until(lambda: worker.output.count("received") == 4, within=SOON)

    assert worker.terminate(within=PLATFORM) == 0

    heir = make_worker(valkey_url, name="w2", concurrency=4)
    for number in range(3):
        record.wait_for_end(f"waiting-{number}", within=SOON)
        assert len(record.starts(f"waiting-{number}")) == 1
    assert "which is silent" not in heir.output, "they were not handed over, but taken over"


def test_what_a_worker_made_to_run_tasks_is_closed(valkey_url, make_worker, make_sender, record):
    worker = make_worker(valkey_url)
    make_sender(valkey_url).send_task("fleeting.run", kwargs=call("nothing"))
    record.wait_for_done(call("nothing")["key"])

    worker.terminate()

    assert record.executions("closed") == record.executions("started") == [worker.pid]


def call(function):
    key = f"{function}_1763683200000_0123456789abcdef"
    return {"key": key, "function": function, "source": "SECRET = 1"}
