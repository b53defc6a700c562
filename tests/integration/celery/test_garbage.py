"""Whatever is pushed into a queue by hand: it is logged without its content, and dropped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ..servers.wait import wait_until
from .conftest import QUEUE
from .garbage import CASES, SECRET

POOLS = ["threads", "prefork", "solo"]


@pytest.fixture(params=POOLS)
def worker(request, make_worker, valkey_url):
    return make_worker(valkey_url, pool=request.param)


@pytest.fixture
def app(make_sender, valkey_url):
    return make_sender(valkey_url)


@pytest.fixture
def client(valkey_server, valkey_url):
    return valkey_server.connect()


@pytest.fixture(params=["list", "stream"])
def push_raw(request, client, prefix):
    push = to_list if request.param == "list" else to_stream
    return lambda raw: push(client, f"{prefix}{QUEUE}", raw)


def to_list(client, queue, raw):
    """As kombu's own transport sends."""
    client.lpush(queue, raw)


def to_stream(client, queue, raw):
    client.xadd(f"{queue}:stream:0", {"message": raw})


def test_garbage_is_dropped_and_the_worker_goes_on(worker, push_raw, client, app, record):
    """All cases in one test for each pool, since a worker takes a second to start."""
    pid = worker.pid

    for number, (case, raw) in enumerate(CASES.items()):
        seen = len(worker.output.splitlines())
        push_raw(raw)
        app.send_task("test.sleep", args=(f"after-{number}", 0))

        record.wait_for_end(f"after-{number}", within=timedelta(seconds=10))

        assert worker.running, case
        # What it logs comes through a pipe, perhaps after what it records.
        worker.wait_for_log("ERROR", within=timedelta(seconds=10), since=seen)
        printed = "\n".join(worker.output.splitlines()[seen:])
        assert SECRET not in printed, f"{case}: {printed}"

    assert worker.pid == pid
    wait_until(
        lambda: not any(client.xlen(key) for key in client.scan_iter(_type="stream")),
        within=timedelta(seconds=5),
    )
    assert "Connection to broker lost" not in worker.output
