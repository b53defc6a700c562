"""Redis goes away, in all its ways, under a worker that is at work."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ..servers.wait import wait_until
from .conftest import VISIBILITY

POOLS = ["threads", "prefork", "solo"]
SOON = timedelta(seconds=30)


def sleep(app, name, seconds, **options):
    app.send_task("test.sleep", args=(name, seconds), **options)


@pytest.mark.usefixtures("valkey_aof_url")
@pytest.mark.parametrize("pool", POOLS)
def test_a_task_runs_once_and_the_worker_lives_when_redis_crashes(
    pool, valkey_aof_server, make_worker, make_sender, record
):
    worker = make_worker(valkey_aof_server.url, pool=pool)
    app = make_sender(valkey_aof_server.url)
    sleep(app, "during", 4)
    record.wait_for_start("during")

    valkey_aof_server.kill()
    worker.wait_for_log("no sign of life", within=SOON)
    valkey_aof_server.start()

    sleep(app, "after", 0)
    record.wait_for_end("after")
    wait_until(lambda: nothing_unacked(valkey_aof_server), within=SOON)
    assert len(record.starts("during")) == len(record.ends("during")) == 1


def test_nothing_is_lost_or_doubled_in_an_outage_longer_than_the_visibility_timeout(
    valkey_aof_server, valkey_aof_url, make_worker, make_sender, record
):
    worker = make_worker(valkey_aof_url)
    make_worker(valkey_aof_url, name="w2", concurrency=2)
    app = make_sender(valkey_aof_url)
    away = VISIBILITY + timedelta(seconds=2)
    seconds = 2.25 * VISIBILITY.total_seconds()
    for number in range(3):
        sleep(app, f"running-{number}", seconds)
        record.wait_for_start(f"running-{number}")
    sleep(app, "waiting", 0)
    sleep(app, "delayed", 0, countdown=away.total_seconds())

    valkey_aof_server.kill()
    with pytest.raises(TimeoutError):
        worker.wait_for_log("Connected", within=away, since=len(worker.output.splitlines()))
    valkey_aof_server.start()

    for name in ("running-0", "running-1", "running-2", "waiting", "delayed"):
        record.wait_for_end(name)
    wait_until(lambda: nothing_unacked(valkey_aof_server), within=SOON)
    for name in ("running-0", "running-1", "running-2", "waiting", "delayed"):
        assert len(record.starts(name)) == 1, name


def test_a_task_runs_once_when_its_connections_are_cut(
    valkey_proxy, valkey_server, make_worker, make_sender, record
):
    worker = make_worker(valkey_proxy.url)
    make_worker(valkey_server.url, name="w2")
    app = make_sender(valkey_server.url)
    sleep(app, "on-w1-or-w2", 2 * VISIBILITY.total_seconds())
    sleep(app, "on-the-other", 2 * VISIBILITY.total_seconds())
    record.wait_for_start("on-w1-or-w2")
    record.wait_for_start("on-the-other")

    for _ in range(2):
        seen = len(worker.output.splitlines())
        valkey_proxy.cut()
        worker.wait_for_log("mingle: ", within=SOON, since=seen)

    record.wait_for_end("on-w1-or-w2")
    record.wait_for_end("on-the-other")
    wait_until(lambda: nothing_unacked(valkey_server), within=SOON)
    assert len(record.starts("on-w1-or-w2")) == len(record.starts("on-the-other")) == 1


def test_messages_that_wait_in_a_worker_go_back_when_its_connections_are_cut(
    valkey_proxy, valkey_url, make_worker, make_sender, record
):
    worker = make_worker(valkey_proxy.url, prefetch=4)
    app = make_sender(valkey_url)
    sleep(app, "running", 3 * VISIBILITY.total_seconds())
    sleep(app, "waiting", 0)
    record.wait_for_start("running")
    wait_until(lambda: worker.output.count("received") == 2, within=SOON)
    make_worker(valkey_url, name="w2")

    valkey_proxy.refuse()

    record.wait_for_end("waiting", within=SOON)
    assert len(record.starts("waiting")) == 1


def test_a_silent_redis_is_waited_for(
    valkey_server, valkey_url, make_two_workers, make_sender, record
):
    worker, _ = make_two_workers(valkey_url)
    app = make_sender(valkey_url)
    sleep(app, "during", 2.25 * VISIBILITY.total_seconds())
    record.wait_for_start("during")

    valkey_server.pause()
    with pytest.raises(TimeoutError):
        worker.wait_for_log(
            "Connected", within=1.5 * VISIBILITY, since=len(worker.output.splitlines())
        )
    valkey_server.resume()

    record.wait_for_end("during")
    sleep(app, "after", 0)
    record.wait_for_end("after")
    wait_until(lambda: nothing_unacked(valkey_server), within=SOON)
    assert len(record.starts("during")) == 1


def test_a_worker_waits_for_a_redis_that_is_not_there_yet(
    valkey_server, valkey_url, make_worker, make_sender, record
):
    valkey_server.stop()
    worker = make_worker(valkey_url, start=False)
    worker.launch()
    worker.wait_for_log("Cannot connect", within=SOON)

    valkey_server.start()

    worker.wait_for_log(" ready.", within=SOON)
    sleep(make_sender(valkey_url), "after", 0)
    record.wait_for_end("after")


def test_a_worker_with_a_wrong_password_says_so_and_works_once_it_is_right(
    redis_tls_server, redis_tls_url, make_worker, make_sender, record
):
    worker = make_worker(redis_tls_server.url_of("app", password="tomorrow"), start=False)
    worker.launch()
    line = worker.wait_for_log("Cannot connect", within=SOON)
    assert "invalid username-password pair" in line
    assert "tomorrow" not in worker.output

    admin = redis_tls_server.connect()
    admin.execute_command("ACL", "SETUSER", "app", ">tomorrow")
    try:
        worker.wait_for_log(" ready.", within=SOON)
        sleep(make_sender(redis_tls_url), "after", 0)
        record.wait_for_end("after")
    finally:
        admin.execute_command("ACL", "SETUSER", "app", "<tomorrow")


def nothing_unacked(server):
    client = server.connect()
    return not any(client.xlen(key) for key in client.scan_iter(_type="stream"))
