"""Whatever is pushed into a queue by hand: it is logged without its content, and dropped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ..servers.wait import wait_until
from .conftest import QUEUE
from .garbage import CASES, SECRET

POOLS = ["threads", "prefork", "solo"]
SOON = timedelta(seconds=30)


@pytest.fixture(params=POOLS)
def worker(request, make_worker, valkey_url):
    return make_worker(valkey_url, pool=request.param)


@pytest.fixture
def queue(prefix):
    return f"{prefix}{QUEUE}"


@pytest.fixture
def app(make_sender, valkey_url):
    return make_sender(valkey_url)


@pytest.fixture
def client(valkey_server, valkey_url):
    return valkey_server.connect()


def test_garbage_is_dropped_and_the_worker_goes_on(worker, queue, client, app, record):
    """All cases in one test for each pool, since a worker takes a second to start."""
    pid = worker.pid

    for number, (case, raw) in enumerate(CASES.items()):
        seen = len(worker.output.splitlines())
        client.xadd(f"{queue}:stream:0", {"message": raw})
        app.send_task("test.sleep", args=(f"after-{number}", 0))

        record.wait_for_end(f"after-{number}", within=SOON)

        assert worker.running, case
        # What it logs comes through a pipe, perhaps after what it records.
        worker.wait_for_log("ERROR", within=SOON, since=seen)
        printed = "\n".join(worker.output.splitlines()[seen:])
        assert SECRET not in printed, f"{case}: {printed}"

    assert worker.pid == pid
    wait_until(lambda: is_empty(client), within=SOON)
    assert "Connection to broker lost" not in worker.output


@pytest.mark.parametrize("worker", ["threads"], indirect=True)
def test_garbage_in_the_list_of_kombus_own_transport_is_dropped(worker, queue, client, app, record):
    """Once a second a worker takes what is there into the stream, whatever it is."""
    client.lpush(queue, *CASES.values())
    app.send_task("test.sleep", args=("after", 0))

    wait_until(lambda: worker.output.count("ERROR") >= len(CASES), within=SOON)
    record.wait_for_end("after", within=SOON)
    wait_until(lambda: is_empty(client), within=SOON)
    assert SECRET not in worker.output
    assert "Connection to broker lost" not in worker.output


def is_empty(client):
    return not any(client.xlen(key) for key in client.scan_iter(_type="stream"))
