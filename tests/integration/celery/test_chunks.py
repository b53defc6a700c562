"""Messages with many calls, in real workers: each call runs, ends and is stopped by itself."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import count

import pytest

from ..servers.wait import wait_until
from .steering import ask, tell

SOON = timedelta(seconds=30)
_NUMBERS = count(1)


def _calls(function, arguments):
    return [
        {"key": f"{function}_1763683200001_{next(_NUMBERS):016x}", "args": list(args)}
        for args in arguments
    ]


@pytest.fixture
def send(make_sender):
    def send(url, function, arguments, **options):
        """Send one chunk; the keys of its calls."""
        calls = _calls(function, arguments)
        kwargs = {"calls": calls, "function": function, "source": "pass"}
        make_sender(url).send_task("fleeting.run", kwargs=kwargs, **options)
        return [call["key"] for call in calls]

    return send


@pytest.mark.parametrize("pool", ["threads", "solo", "prefork"])
def test_every_call_of_a_chunk_runs_once(valkey_url, make_worker, send, record, pool):
    make_worker(valkey_url, pool=pool)

    keys = send(valkey_url, "slow", [(0.001,)] * 100)

    for key in keys:
        record.wait_for_done(key, within=SOON)
    assert all(len(record.runs(key)) == 1 for key in keys)


def test_two_workers_share_a_chunk_of_long_calls(valkey_url, make_two_workers, send, record):
    workers = make_two_workers(valkey_url)

    keys = send(valkey_url, "slow", [(0.1,)] * 60)

    for key in keys:
        record.wait_for_done(key, within=SOON)
    shares = [sum(worker.pid in record.runs(key) for key in keys) for worker in workers]
    assert sum(shares) == 60
    assert min(shares) >= 15


def test_calls_wait_neither_behind_a_long_one_nor_for_each_other(
    valkey_url, make_worker, send, record
):
    """Calls of a function that was quick are taken many at once, and put back from a stuck slot."""
    make_worker(valkey_url, name="w1")
    for key in send(valkey_url, "slow", [(0.001,)] * 100):
        record.wait_for_done(key, within=SOON)
    make_worker(valkey_url, name="w2")

    keys = send(valkey_url, "slow", [(20,), *[(0.001,)] * 99])

    for key in keys[1:]:
        record.wait_for_done(key, within=SOON)
    assert not record.done(keys[0])
    assert all(len(record.runs(key)) == 1 for key in keys)


@pytest.mark.parametrize("transport", ["", "stock+"], ids=["streams", "stock"])
def test_one_wrong_call_leaves_the_others_alone(
    valkey_url, make_worker, make_sender, record, transport
):
    url = f"{transport}{valkey_url}"
    worker = make_worker(url)
    good = _calls("nothing", [()] * 3)
    calls = [good[0], {"key": "wrong", "args": []}, good[1], {**good[2], "more": 1}]
    kwargs = {"calls": calls, "function": "nothing", "source": "pass"}

    make_sender(url).send_task("fleeting.run", kwargs=kwargs)

    for call in good[:2]:
        record.wait_for_done(call["key"], within=SOON)
    worker.wait_for_log("more: no such option", within=SOON)
    assert not record.runs(good[2]["key"])


def test_one_call_of_a_chunk_is_revoked_by_its_key(
    valkey_url, make_worker, make_sender, send, record
):
    make_worker(valkey_url)
    calls = _calls("nothing", [()] * 5)
    app = make_sender(valkey_url)
    tell(app, "revoke", calls[2]["key"])

    app.send_task("fleeting.run", kwargs={"calls": calls, "function": "nothing", "source": "pass"})

    for call in [*calls[:2], *calls[3:]]:
        record.wait_for_done(call["key"], within=SOON)
    assert not record.runs(calls[2]["key"])


def test_inspection_shows_the_call_that_runs_and_no_payload(
    valkey_url, make_worker, make_sender, send, record
):
    make_worker(valkey_url)

    keys = send(valkey_url, "slow", [(30,), ("a secret",)])
    wait_until(lambda: record.runs(keys[0]), within=SOON)
    active = ask(make_sender(valkey_url), "active")

    assert [entry["id"] for entry in active] == [keys[0]]
    assert keys[0] in active[0]["kwargs"]
    assert "secret" not in str(active)


def test_call_that_is_to_be_repeated_comes_again_alone(valkey_url, make_worker, send, record):
    make_worker(valkey_url)

    keys = send(valkey_url, "twice", [()] * 3)

    for key in keys:
        record.wait_for_done(key, within=SOON)
    assert [len(record.runs(key)) for key in keys] == [2, 2, 2]


def test_rate_limit_counts_calls(valkey_url, make_worker, make_sender, send, record):
    make_worker(valkey_url)
    tell(make_sender(valkey_url), "rate_limit", "fleeting.run", "4/s")
    began = time.time()

    for key in send(valkey_url, "nothing", [()] * 8):
        record.wait_for_done(key, within=SOON)

    assert time.time() - began > 1


@pytest.mark.parametrize("harm", ["cut", "refuse"])
def test_no_call_is_lost_with_a_connection(valkey_proxy, make_worker, send, record, harm):
    make_worker(valkey_proxy.url, concurrency=2)
    keys = send(valkey_proxy.url, "slow", [(0.02,)] * 100)
    record.wait_for_done(keys[20], within=SOON)

    getattr(valkey_proxy, harm)()
    if harm == "refuse":
        record.wait_for_done(keys[22], within=SOON)
        valkey_proxy.heal()

    for key in keys:
        record.wait_for_done(key, within=2 * SOON)
