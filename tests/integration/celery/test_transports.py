"""Workers over TLS with an ACL user, over Sentinel, and over kombu's own transport."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ..servers.wait import wait_until

POOLS = ["threads", "prefork"]
SOON = timedelta(seconds=30)


def sleep(app, name, seconds=0.0, **options):
    app.send_task("test.sleep", args=(name, seconds), **options)


@pytest.mark.parametrize("pool", POOLS)
def test_work_gets_done_over_tls_as_an_acl_user(
    pool, redis_tls_url, make_worker, make_sender, record
):
    make_worker(redis_tls_url, pool=pool)

    sleep(make_sender(redis_tls_url), "task")
    sleep(make_sender(redis_tls_url), "delayed", countdown=1)

    record.wait_for_end("task")
    record.wait_for_end("delayed")


def test_a_worker_does_not_trust_another_authority(redis_tls_server, redis_tls_url, make_worker):
    url = redis_tls_server.url_of("app", certificates=redis_tls_server.foreign)
    worker = make_worker(url, start=False)

    worker.launch()

    line = worker.wait_for_log("Cannot connect", within=SOON)
    assert "CERTIFICATE_VERIFY_FAILED" in line


@pytest.mark.usefixtures("sentinel_url")
@pytest.mark.parametrize("pool", POOLS)
def test_a_task_runs_once_and_the_worker_lives_over_a_sentinel_failover(
    pool, sentinel_group, make_worker, make_sender, record
):
    url = sentinel_group.url
    make_worker(url, pool=pool)
    sleep(make_sender(url), "during", 5)
    record.wait_for_start("during")
    # What the replica has not got yet is lost with the primary, whatever the transport does.
    client = sentinel_group.primary.connect()
    wait_until(lambda: client.wait(1, 100), within=SOON)

    old = sentinel_group.kill_primary()
    sentinel_group.wait_for_another_primary(old)

    sleep(make_sender(url), "after")
    record.wait_for_end("during")
    record.wait_for_end("after")
    assert len(record.starts("during")) == 1


def test_kombus_own_transport_stays_selectable(valkey_url, make_worker, make_sender, record):
    worker = make_worker(f"stock+{valkey_url}")

    sleep(make_sender(f"stock+{valkey_url}"), "task")

    record.wait_for_end("task")
    assert "Connected to redis://" in worker.output
