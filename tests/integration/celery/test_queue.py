"""What waits in a queue: counted, purged, in order, and sent by whatever Celery client."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from ..servers.wait import wait_until
from .conftest import QUEUE
from .steering import tell

SOON = timedelta(seconds=30)

# How late something may be on a machine with two cores that runs everything else beside it.
LATE = 3.0


def sleep(app, name, seconds=0.0, **options):
    app.send_task("test.sleep", args=(name, seconds), **options)


def length(app):
    with app.connection_for_read() as connection:
        return connection.default_channel.queue_declare(QUEUE, passive=True).message_count


@pytest.fixture
def app(make_sender, valkey_url):
    return make_sender(valkey_url)


def test_the_urgent_goes_first(app, valkey_url, make_worker, record):
    for number, priority in enumerate((9, 6, 3, 0)):
        sleep(app, f"p{priority}-{number}", 0.2, priority=priority)

    make_worker(valkey_url)

    record.wait_for_end("p9-0")
    begun = {name: record.starts(name)[0] for name in ("p9-0", "p6-1", "p3-2", "p0-3")}
    assert sorted(begun, key=begun.__getitem__) == ["p0-3", "p3-2", "p6-1", "p9-0"]


def test_what_is_taken_or_not_due_is_not_counted_as_waiting(app, valkey_url, make_worker, record):
    make_worker(valkey_url)
    sleep(app, "running", 5)
    record.wait_for_start("running")
    sleep(app, "a")
    sleep(app, "b", priority=3)
    sleep(app, "delayed", countdown=60)

    assert length(app) == 2


def test_purging_leaves_what_runs(app, valkey_url, make_worker, record, valkey_server):
    make_worker(valkey_url)
    sleep(app, "running", 3)
    record.wait_for_start("running")
    sleep(app, "waiting")
    sleep(app, "delayed", countdown=60)

    assert app.control.purge() == 2

    record.wait_for_end("running")
    client = valkey_server.connect()
    wait_until(lambda: not any(map(client.xlen, client.scan_iter("*:stream:*"))), within=SOON)
    assert record.starts("waiting") == record.starts("delayed") == []


def test_what_kombus_own_transport_sends_is_run(valkey_url, make_worker, make_sender, record):
    make_worker(valkey_url)
    app = make_sender(f"stock+{valkey_url}")
    sent = time.time()

    sleep(app, "plain")
    sleep(app, "urgent", priority=3)
    sleep(app, "delayed", countdown=3)

    for name in ("plain", "urgent", "delayed"):
        record.wait_for_end(name, within=SOON)
    assert 3 <= record.starts("delayed")[0] - sent < 3 + LATE


@pytest.mark.alone
@pytest.mark.parametrize("countdown", [0.3, 3])
def test_a_delayed_task_starts_on_time(countdown, app, valkey_url, make_worker, record):
    make_worker(valkey_url)
    sent = time.time()

    sleep(app, "delayed", countdown=countdown)

    record.wait_for_end("delayed", within=SOON)
    assert countdown <= record.starts("delayed")[0] - sent < countdown + 0.5


def test_what_is_revoked_while_it_waits_for_its_time_never_runs(
    app, valkey_url, make_worker, record, valkey_server
):
    worker = make_worker(valkey_url)
    app.send_task("test.sleep", args=("revoked", 0), countdown=4, task_id="revoked")
    tell(app, "revoke", "revoked")

    worker.wait_for_log("Discarding revoked task", within=SOON)

    client = valkey_server.connect()
    wait_until(lambda: not any(map(client.xlen, client.scan_iter("*:stream:*"))), within=SOON)
    assert record.starts("revoked") == []
