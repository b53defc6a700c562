"""Redis goes away and comes back: callers are told, workers recover, nothing accepted is lost."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from http.client import HTTPResponse
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from ..servers.tcp_proxy import TcpProxy
from ..servers.tls_redis_server import TlsRedisServer
from ..servers.valkey import Valkey
from .conftest import MakeDeployment
from .test_end_to_end import wait_until_running

SLOW = "import time\ndef slow(seconds):\n    time.sleep(seconds)\n    return 'done'\n"


def post(api: str, body: object) -> HTTPResponse:
    data = json.dumps(body).encode()
    request = Request(f"{api}/tasks", data, {"Content-Type": "application/json"})
    answer = urlopen(request, timeout=30)
    assert isinstance(answer, HTTPResponse)
    return answer


def test_callers_get_503_with_retry_after_while_redis_is_away(
    deploy: MakeDeployment, valkey_aof_server: Valkey, valkey_aof_url: str
) -> None:
    deployment = deploy(store=valkey_aof_url)
    api = deployment.api()
    valkey_aof_server.kill()
    started = time.monotonic()
    with pytest.raises(HTTPError) as refused:
        post(api, {"source": SLOW, "function": "slow", "args": [0]})
    assert time.monotonic() - started < 20
    assert refused.value.code == 503
    assert int(refused.value.headers["Retry-After"]) >= 1
    assert json.load(refused.value)["code"] in {"store_unavailable", "queue_unavailable"}
    with urlopen(f"{api}/healthz", timeout=10) as alive:
        assert alive.status == 200
    with pytest.raises(HTTPError) as unready:
        urlopen(f"{api}/readyz", timeout=10)
    assert unready.value.code == 503
    valkey_aof_server.start()
    client = deployment.client(api)
    deployment.worker()
    assert client.submit(SLOW, "slow", 0).result(30) == "done"


def test_run_in_progress_outlives_a_restart_of_redis(
    deploy: MakeDeployment, valkey_aof_server: Valkey, valkey_aof_url: str
) -> None:
    deployment = deploy(store=valkey_aof_url)
    worker = deployment.worker(is_awaited=False)
    client = deployment.client(deployment.api())
    handle = client.submit(SLOW, "slow", 3)
    wait_until_running(handle)
    valkey_aof_server.kill()
    time.sleep(4)  # the length of the outage: longer than the run and the lease
    valkey_aof_server.start()
    assert handle.result(60) == "done"
    assert handle.facts().attempt == 1
    assert worker.running
    assert client.submit(SLOW, "slow", 0).result(30) == "done"


def test_cut_connections_do_not_repeat_a_run(
    deploy: MakeDeployment, valkey_proxy: TcpProxy
) -> None:
    deployment = deploy(store=valkey_proxy.url)
    worker = deployment.worker(is_awaited=False)
    client = deployment.client(deployment.api())
    handle = client.submit(SLOW, "slow", 3)
    wait_until_running(handle)
    valkey_proxy.cut()
    assert handle.result(60) == "done"
    assert handle.facts().attempt == 1
    assert worker.running


def test_worker_waits_for_a_redis_that_is_not_there_yet(
    deploy: MakeDeployment, valkey_aof_server: Valkey, valkey_aof_url: str
) -> None:
    deployment = deploy(store=valkey_aof_url)
    api = deployment.api()
    valkey_aof_server.stop()
    worker = deployment.worker(is_awaited=False)
    worker.wait_for_log("Trying again", within=timedelta(seconds=40))
    valkey_aof_server.start()
    client = deployment.client(api)
    assert client.submit(SLOW, "slow", 0).result(60) == "done"


def test_garbage_in_the_queue_harms_nobody(
    deploy: MakeDeployment, valkey_server: Valkey, valkey_url: str
) -> None:
    deployment = deploy(store=valkey_url)
    client = deployment.client(deployment.api())
    worker = deployment.worker(concurrency=1)
    admin = valkey_server.connect()
    for garbage in ("not json", "{}", "[]", "null", '{"body": 1}', "\x00\xff", '"' + "x" * 10_000):
        admin.lpush("{fleeting}:fleeting", garbage)
    assert client.submit(SLOW, "slow", 0).result(30) == "done"
    assert worker.running


@pytest.mark.parametrize("wrong", ["password", "plain-to-tls", "tls-to-plain"])
def test_wrong_access_is_said_clearly(
    deploy: MakeDeployment,
    redis_tls_server: TlsRedisServer,
    redis_tls_url: str,
    valkey_url: str,
    wrong: str,
) -> None:
    plain = redis_tls_url.replace("rediss://", "redis://").partition("?")[0]
    url = {
        "password": redis_tls_server.url_of("app", password="wrong"),
        "plain-to-tls": plain,
        "tls-to-plain": valkey_url.replace("redis://", "rediss://"),
    }[wrong]
    deployment = deploy(store=url)
    api = deployment.api()
    started = time.monotonic()
    with pytest.raises(HTTPError) as refused:
        post(api, {"source": SLOW, "function": "slow", "args": [0]})
    assert time.monotonic() - started < 20
    assert refused.value.code in {500, 503}
    problem = json.load(refused.value)
    assert problem["code"].startswith(("store_", "queue_"))
    assert redis_tls_server.passwords["app"] not in json.dumps(problem)
