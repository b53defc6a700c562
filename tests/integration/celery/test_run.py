"""`fleeting.run` in real workers."""

from __future__ import annotations

import json
import os
import signal
from datetime import timedelta

import pytest

from ..servers.wait import wait_until
from .conftest import VISIBILITY
from .steering import ask, tell

POOLS = ["threads", "solo", "prefork"]
SOON = timedelta(seconds=30)


def call(function, *args):
    return {
        "key": f"{function}_1763683200000_0123456789abcdef",
        "function": function,
        "source": "SECRET = 1",
        "args": list(args),
    }


def key(function):
    return call(function)["key"]


@pytest.fixture
def send(make_sender, valkey_url):
    app = make_sender(valkey_url)
    return lambda function, *args: app.send_task("fleeting.run", kwargs=call(function, *args))


@pytest.mark.parametrize("pool", POOLS)
def test_a_task_that_is_to_run_again_does(pool, valkey_url, make_worker, send, record):
    worker = make_worker(valkey_url, pool=pool)

    send("twice")

    record.wait_for_done(key("twice"), within=SOON)
    worker.wait_for_log("succeeded", within=SOON)
    assert len(record.runs(key("twice"))) == 2


@pytest.mark.parametrize("pool", POOLS)
def test_an_unexpected_error_is_logged_without_payload_and_the_task_runs_again(
    pool, valkey_url, make_worker, send, record
):
    worker = make_worker(valkey_url, pool=pool)

    send("explode_once", "SECRET")

    record.wait_for_done(key("explode_once"), within=SOON)
    worker.wait_for_log("could not be run: ValueError", within=SOON)
    worker.wait_for_log("in _explode_once", within=SOON)
    assert "SECRET" not in worker.output


def test_a_prefork_worker_starts_executions_in_its_children_only(
    valkey_url, make_worker, send, record
):
    worker = make_worker(valkey_url, pool="prefork")

    send("nothing")

    record.wait_for_done(key("nothing"), within=SOON)
    [child] = record.executions("started")
    assert child != worker.pid
    assert record.runs(key("nothing")) == [child]
    assert record.executions("announced") == [worker.pid]


@pytest.mark.parametrize("pool", ["threads", "solo"])
def test_other_workers_start_one_execution_for_all_tasks(
    pool, valkey_url, make_worker, send, record
):
    worker = make_worker(valkey_url, pool=pool, concurrency=2 if pool == "threads" else 1)

    for function in ("nothing", "slow_1", "slow_2"):
        send(function)

    for function in ("nothing", "slow_1", "slow_2"):
        record.wait_for_done(key(function), within=SOON)
    assert record.executions("started") == [worker.pid]
    assert record.executions("announced") == [worker.pid]


def test_a_task_whose_pool_child_dies_is_run_by_another(valkey_url, make_worker, send, record):
    make_worker(valkey_url, pool="prefork")

    send("die_once")

    record.wait_for_done(key("die_once"), within=SOON)
    first, second = record.runs(key("die_once"))
    assert first != second


def test_a_task_survives_that_it_cannot_be_delayed(
    valkey_server, valkey_url, make_worker, send, record
):
    """Redis refuses new messages while the old one is to be put back with a delay."""
    client = valkey_server.connect()
    client.execute_command(
        "ACL SETUSER worker on nopass ~* &* +@all -zadd (+zadd ~*:consumers ~*_kombu*)"
    )
    host = valkey_url.removeprefix("redis://")
    worker = make_worker(f"redis://worker:any@{host}")
    try:
        send("twice")
        worker.wait_for_log("could not be delayed", within=SOON)

        client.execute_command("ACL SETUSER worker +zadd")

        record.wait_for_done(key("twice"), within=SOON)
    finally:
        client.execute_command("ACL DELUSER worker")


def test_nothing_of_a_payload_is_seen_in_logs_events_and_remote_control(
    valkey_server, valkey_url, make_worker, make_sender, record
):
    """Not even if the sender left Celery's own representation of the arguments in the headers."""
    worker = make_worker(valkey_url)
    app = make_sender(valkey_url)
    tell(app, "enable_events")
    pubsub = valkey_server.connect().pubsub()
    pubsub.psubscribe("*celeryev*")
    kwargs = call("slow", 6) | {"kwargs": {"password": "SECRET"}}
    app.send_task("fleeting.run", kwargs=kwargs, argsrepr="SECRET", kwargsrepr="SECRET")
    app.send_task("fleeting.run", kwargs=kwargs | {"key": key("slow")}, countdown=20)
    wait_until(lambda: record.runs(key("slow")), within=SOON)

    answers = [ask(app, about) for about in ("active", "reserved", "scheduled", "stats")]

    record.wait_for_done(key("slow"), within=SOON)
    events = drain(pubsub)
    assert "SECRET" not in json.dumps(answers)
    assert key("slow") in json.dumps(answers)
    assert "task-succeeded" in events
    assert "task-received" in events
    assert "SECRET" not in events
    assert "SECRET" not in worker.output


def test_the_worker_answers_remote_control_while_its_slots_are_busy(
    valkey_url, make_worker, make_sender, send, record
):
    make_worker(valkey_url)
    send("slow", 30)
    wait_until(lambda: record.runs(key("slow")), within=SOON)

    assert ask(make_sender(valkey_url), "ping") == {"ok": "pong"}
    assert not record.done(key("slow"))


def test_a_stopped_worker_that_wakes_up_does_not_take_its_own_message_over(
    valkey_url, make_worker, send, record
):
    worker = make_worker(valkey_url)
    send("slow", 8)
    wait_until(lambda: record.runs(key("slow")), within=SOON)

    os.kill(worker.pid, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        worker.wait_for_log("succeeded", within=VISIBILITY + timedelta(seconds=2))
    os.kill(worker.pid, signal.SIGCONT)

    record.wait_for_done(key("slow"), within=SOON)
    worker.wait_for_log("succeeded", within=SOON)
    assert len(record.runs(key("slow"))) == 1


def drain(pubsub):
    """All that was published so far; the last event comes right after the task has ended."""
    seen = []

    def succeeded():
        message = pubsub.get_message(ignore_subscribe_messages=True)
        if message:
            seen.append(decoded(message["data"]))
        return any("task-succeeded" in text for text in seen)

    wait_until(succeeded, within=SOON)
    return "\n".join(seen)


def decoded(envelope):
    from base64 import b64decode

    message = json.loads(envelope)
    return b64decode(message["body"]).decode() + json.dumps(message["headers"])
