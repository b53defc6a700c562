"""Messages with many calls, in real workers: each call runs, ends and is stopped by itself."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import count

import pytest

SOON = timedelta(seconds=20)
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


def test_two_workers_share_a_chunk_of_long_calls(valkey_url, make_worker, send, record):
    workers = [make_worker(valkey_url, name=name) for name in ("w1", "w2")]
    for worker in workers:
        assert worker.pid
    began = time.time()

    keys = send(valkey_url, "slow", [(0.1,)] * 60)

    for key in keys:
        record.wait_for_done(key, within=SOON)
    took = time.time() - began
    shares = [sum(worker.pid in record.runs(key) for key in keys) for worker in workers]
    assert sum(shares) == 60
    assert min(shares) >= 15
    assert took < 6, "one slot alone would have taken so long"
