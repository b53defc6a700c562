"""What DESIGN promises of results in Redis, seen with redis-cli's eyes and through the API."""

from __future__ import annotations

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest
import redis

from fleeting.adapters.celery.app import make_app
from fleeting.adapters.sdk.client import Client
from fleeting.domain.result import Status
from fleeting.entrypoints.settings import Settings

from ..servers.require import require
from ..servers.tls_redis_server import TlsRedisServer
from ..servers.valkey import Valkey
from .conftest import MakeDeployment
from .test_end_to_end import wait_until_running

ADD = "def add(a, b):\n    return {'sum': a + b, 'text': 'grüße'}\n"
PRINT_AND_WAIT = """
import time


def talk(seconds):
    print("one")
    time.sleep(seconds)
    print("two")
"""
WRITE_AND_WAIT = """
import pathlib
import time


def work(folder, seconds):
    runs = pathlib.Path(folder)
    (runs / str(time.monotonic_ns())).touch()
    time.sleep(seconds)
    return len(list(runs.iterdir()))
"""


def test_redis_cli_shows_the_functions_json(deploy: MakeDeployment, valkey_url: str) -> None:
    require("redis-cli")
    deployment = deploy(store=valkey_url)
    deployment.worker(is_awaited=False)
    client = deployment.client(deployment.api())
    handle = client.submit(ADD, "add", 1, 2)
    handle.result(30)
    command = ["redis-cli", "-u", valkey_url, "GET", handle.key]
    printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert printed == '{"sum":3,"text":"grüße"}\n'
    ttl = redis.Redis.from_url(valkey_url).ttl(handle.key)
    assert 290 < ttl <= 300


def test_values_with_different_ttls_keep_their_order(
    deploy: MakeDeployment, valkey_url: str
) -> None:
    deployment = deploy(store=valkey_url)
    deployment.worker(is_awaited=False)
    client = deployment.client(deployment.api())
    script = "def same(x):\n    return x\n"
    handles = [client.submit(script, "same", n, ttl_seconds=600 - 100 * n) for n in range(5)]
    handles.append(client.submit(script, "same", "gone", ttl_seconds=1))
    for handle in handles:
        handle.result(30)
    until = time.monotonic() + 30
    while len(client.values("same")) > 5 and time.monotonic() < until:
        time.sleep(0.05)
    assert client.values("same") == [0, 1, 2, 3, 4]


def test_read_only_user_suffices_for_the_retriever(
    deploy: MakeDeployment, redis_tls_server: TlsRedisServer, redis_tls_url: str
) -> None:
    deployment = deploy(store=redis_tls_url)
    writer = deployment.client(deployment.api())
    deployment.worker()
    handle = writer.submit(ADD, "add", 1, 2)
    handle.result(30)
    reader = deployment.client(
        deployment.api(store=redis_tls_server.url_of("readonly"), api_roles="retrieve")
    )
    assert reader.values("add") == [{"sum": 3, "text": "grüße"}]
    assert reader.handle(handle.key).result(1) == {"sum": 3, "text": "grüße"}
    assert [found.function for found in reader.functions()] == ["add"]
    assert reader.stats("add", field="sum").count == 1


def test_redelivered_message_of_a_finished_task_runs_nothing(
    deploy: MakeDeployment, valkey_url: str, tmp_path: Path
) -> None:
    # The script writes files, and the duplicates are not signed.
    deployment = deploy(store=valkey_url, isolation="process", accept_unsigned="true")
    worker = deployment.worker(concurrency=1, is_awaited=False)
    client = deployment.client(deployment.api())
    runs = tmp_path / "runs"
    runs.mkdir()
    handle = client.submit(WRITE_AND_WAIT, "work", str(runs), 0)
    assert handle.result(30) == 1
    app = make_app(valkey_url, prefix=Settings().queue_prefix, queue=Settings().queue_name)
    with app:
        for _ in range(3):
            app.send_task(
                "fleeting.run",
                kwargs={
                    "key": handle.key,
                    "source": WRITE_AND_WAIT,
                    "function": "work",
                    "args": [str(runs), 0],
                },
            )
    # One slot and one queue: when this one has ended, the duplicates have been looked at.
    assert client.submit(ADD, "add", 1, 1).result(30)["sum"] == 2
    assert len(list(runs.iterdir())) == 1
    assert handle.facts().attempt == 1
    assert worker.running


def test_what_a_run_prints_is_seen_while_it_runs(deploy: MakeDeployment, valkey_url: str) -> None:
    """Line by line, each once, and the result at the end."""
    deployment = deploy(store=valkey_url)
    client = deployment.client(deployment.api())
    deployment.worker()
    handle = client.submit(PRINT_AND_WAIT, "talk", 4)

    seen = list(handle.follow())

    printed = [update.output for update in seen if update.kind == "output"]
    assert printed == ["one\n", "two\n"]
    assert seen[-1].kind == "result"
    [first, _] = [update for update in seen if update.kind == "output"]
    assert [update.output for update in handle.follow(after=first.id)] == ["two\n", ""]


def test_task_whose_message_is_malformed_fails_at_once(
    deploy: MakeDeployment, valkey_url: str
) -> None:
    """Also one that was never submitted here, as from a client in another language."""
    deployment = deploy(store=valkey_url, accept_unsigned="true")
    client = deployment.client(deployment.api())
    handle = client.submit(ADD, "add", 1, 2, countdown_seconds=3600)
    stranger = "add_1763683200000_0123456789abcdef"
    app = make_app(valkey_url, prefix=Settings().queue_prefix, queue=Settings().queue_name)
    with app:
        for key in (stranger, handle.key):
            kwargs = {"key": key, "source": ADD, "function": "add", "args": "none"}
            app.send_task("fleeting.run", kwargs=kwargs)

    worker = deployment.worker(concurrency=1)

    # One slot and one queue: when the second has been looked at, so has the first.
    for found in (handle.facts(30), client.handle(stranger).facts()):
        assert found.error is not None
        assert (found.status, found.error.code) == (Status.FAILED, "malformed_message")
        assert "args" in found.error.message
    assert worker.running


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_killed_worker_is_replaced_and_the_result_appears_once(
    deploy: MakeDeployment, valkey_url: str, tmp_path: Path, pool: str
) -> None:
    deployment = deploy(store=valkey_url, isolation="process")  # the script writes files
    first = deployment.worker(pool, concurrency=1, is_awaited=False)
    client = deployment.client(deployment.api())
    runs = tmp_path / "runs"
    runs.mkdir()
    handle = client.submit(WRITE_AND_WAIT, "work", str(runs), 3)
    wait_until_running(handle)
    until = time.monotonic() + 30
    while not list(runs.iterdir()) and time.monotonic() < until:
        time.sleep(0.02)
    first.kill()
    deployment.worker(pool, concurrency=1)
    assert handle.result(60) == 2
    assert handle.facts().attempt == 2
    assert client.values("work") == [2]


@pytest.mark.alone
def test_waiting_clients_hear_within_50_ms_through_any_api(
    deploy: MakeDeployment, valkey_url: str
) -> None:
    """Median over several results, from the moment the run ends on the worker's clock."""
    deployment = deploy(store=valkey_url)
    deployment.worker(is_awaited=False)
    apis = [deployment.api(), deployment.api()]
    clients = [deployment.client(api) for api in apis]
    script = "import time\ndef stamp(pause):\n    time.sleep(pause)\n    return time.time()\n"
    clients[0].submit(script, "stamp", 0).result(30)

    def polled(client: Client, key: str) -> float:
        stamp = client.handle(key).result(30)
        return time.time() - stamp

    def streamed(api: str, ready: list[bool]) -> float:
        with urlopen(f"{api}/functions/stamp/stream", timeout=30) as stream:
            ready.append(True)
            for line in stream:
                if line.startswith(b"data:"):
                    return time.time() - json.loads(line[5:])["value"]
        raise AssertionError("the stream ended")

    delays: list[float] = []
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            ready: list[bool] = []
            streams = [pool.submit(streamed, api, ready) for api in apis]
            until = time.monotonic() + 30
            while len(ready) < len(apis) and time.monotonic() < until:
                time.sleep(0.01)
            key = clients[0].submit(script, "stamp", 0.3).key
            polls = [pool.submit(polled, client, key) for client in clients]
            delays += [future.result(30) for future in (*polls, *streams)]
    delays.sort()
    assert delays[len(delays) // 2] < 0.05, [round(delay * 1000) for delay in delays]


@pytest.mark.alone
def test_waiting_costs_no_redis_command_per_client(
    deploy: MakeDeployment, valkey_server: Valkey, valkey_url: str
) -> None:
    deployment = deploy(store=valkey_url)
    client = deployment.client(deployment.api())
    handle = client.submit(ADD, "add", 1, 2, countdown_seconds=60)
    admin = valkey_server.connect()

    def commands() -> int:
        return int(admin.info("stats")["total_commands_processed"])

    def spent(waiters: int) -> int:
        with ThreadPoolExecutor(waiters) as pool:
            waiting = [pool.submit(client.handle(handle.key).facts, 4) for _ in range(waiters)]
            time.sleep(1)  # past the first look of each; the next second is what is measured
            before = commands()
            time.sleep(2)
            used = commands() - before
            assert all(w.result(30).status is Status.QUEUED for w in waiting)
        return used

    assert spent(20) <= spent(1) + 5
