"""The worker's fast way, in real workers: nothing is lost of what Celery offers, nobody waits."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import count, pairwise

import pytest

from ..servers.wait import wait_until
from .steering import ask, tell

SOON = timedelta(seconds=30)
_NUMBERS = count(1)


def call(function, *args, number=0):
    return {
        "key": f"{function}_1763683200000_{number:016x}",
        "function": function,
        "source": "pass",
        "args": list(args),
    }


@pytest.fixture
def send(make_sender, valkey_url):
    app = make_sender(valkey_url)

    def send(function, *args, **options):
        kwargs = call(function, *args, number=next(_NUMBERS))
        app.send_task("fleeting.run", kwargs=kwargs, **options)
        return kwargs["key"]

    return send


def test_short_calls_do_not_wait_behind_a_long_one_while_another_worker_is_idle(
    valkey_url, make_worker, send, record
):
    """Both workers have come to expect short calls, so that they take many at once."""
    first, second = (make_worker(valkey_url, name=name) for name in ("w1", "w2"))
    for key in [send("slow", 0.001) for _ in range(200)]:
        record.wait_for_done(key, within=SOON)

    long = send("slow", 30)
    short = [send("slow", 0.001) for _ in range(200)]
    for key in short:
        record.wait_for_done(key, within=SOON)

    # Sent and run in well under a second.
    assert not record.done(long)
    assert {pid for key in short for pid in record.runs(key)} <= {first.pid, second.pid}
    assert all(len(record.runs(key)) == 1 for key in [*short, long])


@pytest.mark.alone
def test_no_slot_is_idle_for_long_while_calls_wait(valkey_url, make_two_workers, send, record):
    """Queued behind and around a long call: the slot that is free has one after the other."""
    make_two_workers(valkey_url)
    for key in [send("slow", 0.001) for _ in range(200)]:
        record.wait_for_done(key, within=SOON)

    short = [send("slow", 0.001) for _ in range(100)]
    long = send("slow", 5)
    short += [send("slow", 0.001) for _ in range(100)]
    sent = time.time()
    for key in short:
        record.wait_for_done(key, within=SOON)

    ends = sorted(max(end - sent, 0) for key in short for end in record.done_at(key))
    pauses = [later - sooner for sooner, later in pairwise([0, *ends])]
    assert max(pauses) < 0.1
    assert not record.done(long)


def test_a_lost_worker_costs_the_lane_nothing(valkey_url, make_worker, send, record):
    """What it had claimed or taken ahead is run by the next one."""
    victim = make_worker(valkey_url, name="w1")
    keys = [send("slow", 0.02) for _ in range(100)]
    record.wait_for_done(keys[20], within=SOON)

    victim.kill()
    make_worker(valkey_url, name="w2")

    for key in keys:
        record.wait_for_done(key, within=SOON)


def test_revoked_call_that_waits_is_dropped(valkey_url, make_worker, make_sender, send, record):
    make_worker(valkey_url)
    app = make_sender(valkey_url)
    send("slow", 2)
    tell(app, "revoke", "unwanted")

    unwanted = send("nothing", task_id="unwanted")
    wanted = send("nothing")

    record.wait_for_done(wanted, within=SOON)
    assert not record.runs(unwanted)


def test_rate_limit_set_at_run_time_holds(valkey_url, make_worker, make_sender, send, record):
    make_worker(valkey_url)
    tell(make_sender(valkey_url), "rate_limit", "fleeting.run", "4/s")
    began = time.time()

    for key in [send("nothing") for _ in range(8)]:
        record.wait_for_done(key, within=SOON)

    assert time.time() - began > 1


def test_inspection_counts_and_shows_calls_of_the_lane(
    valkey_url, make_worker, make_sender, send, record
):
    make_worker(valkey_url)
    app = make_sender(valkey_url)
    record.wait_for_done(send("nothing"), within=SOON)
    running = send("slow", 30)
    wait_until(lambda: record.runs(running), within=SOON)

    active, stats = ask(app, "active"), ask(app, "stats")

    assert running in active[0]["kwargs"]
    assert stats["total"] == {"fleeting.run": 2}
