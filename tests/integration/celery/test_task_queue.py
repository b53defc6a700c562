"""The API's way to the workers, over real servers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import anyio
import pytest
from celery import Celery
from kombu import Connection, Consumer

from fleeting.adapters.celery.app import make_app
from fleeting.adapters.celery.task_queue import CeleryTaskQueue, open_task_queue
from fleeting.domain.chunk import CALLS, calls_in
from fleeting.domain.errors import QueueDenied, QueueUnavailable
from fleeting.ports.bundles import QueueOptions
from fleeting.testing import BacklogContract, HealthContract, TaskQueueContract
from fleeting.testing.task_queue import sample_task

from .conftest import QUEUE

INLINE = 1024

# What the port's caller may have to wait when Redis is away, and the slowness of the machine.
PATIENCE = timedelta(seconds=6)


def queue_at(url: str, prefix: str) -> CeleryTaskQueue:
    app = make_app(url, prefix=prefix, queue=QUEUE)
    return CeleryTaskQueue(app, inline_source_bytes=INLINE)


class Deliveries:
    """Takes messages as a worker does: what has an ETA waits in it for its time."""

    def __init__(self, app: Celery) -> None:
        self._connection: Connection = app.connection_for_read()
        self._waiting: list[tuple[float, Mapping[str, object]]] = []
        self._consumer = Consumer(
            self._connection, [app.amqp.queues[QUEUE]], on_message=self._take, accept=["json"]
        )
        self._consumer.consume()

    def __call__(self, count: int) -> Sequence[Mapping[str, object]]:
        deadline = time.monotonic() + 10
        while len(due := self._due()) < count and time.monotonic() < deadline:
            try:
                self._connection.drain_events(timeout=0.1)
            except TimeoutError:
                continue
        self._waiting = [entry for entry in self._waiting if entry[1] not in due]
        return due

    def close(self) -> None:
        self._consumer.cancel()
        self._connection.release()

    def _due(self) -> list[Mapping[str, object]]:
        return [kwargs for when, kwargs in self._waiting if when <= time.time()]

    def _take(self, message: Any) -> None:
        eta = message.headers["eta"]
        when = datetime.fromisoformat(eta).timestamp() if eta else 0.0
        sent = message.payload[1]
        self._waiting += [(when, call) for call in (calls_in(sent) if CALLS in sent else [sent])]
        message.ack()


class TestCeleryTaskQueue(TaskQueueContract):
    @pytest.fixture(params=["valkey_url", "redis_url", "redis_tls_url", "sentinel_url"])
    def url(self, request) -> str:
        return request.getfixturevalue(request.param)

    @pytest.fixture
    def queue(self, run, url, prefix):
        queue = queue_at(url, prefix)
        yield queue
        run(queue.aclose())

    @pytest.fixture
    def deliveries(self, url, prefix) -> Callable[[int], Sequence[Mapping[str, object]]]:
        deliveries = Deliveries(make_app(url, prefix=prefix, queue=QUEUE))
        yield deliveries
        deliveries.close()

    @pytest.fixture
    def pass_time(self):
        return lambda span: time.sleep(span.total_seconds())

    @pytest.fixture
    def broken(self, prefix):
        return queue_at("redis://127.0.0.1:1", prefix)

    @pytest.fixture
    def denied(self, redis_tls_server, redis_tls_url, prefix):
        return queue_at(redis_tls_server.url_of("app", password="wrong"), prefix)


class TestCeleryBacklog(BacklogContract):
    url = TestCeleryTaskQueue.url
    queue = TestCeleryTaskQueue.queue
    deliveries = TestCeleryTaskQueue.deliveries
    pass_time = TestCeleryTaskQueue.pass_time
    broken = TestCeleryTaskQueue.broken


class TestCeleryTaskQueueHealth(HealthContract):
    @pytest.fixture
    def health(self, run, valkey_url):
        options = QueueOptions(prefix="{p}:", name=QUEUE, inline_source_bytes=INLINE)
        adapter = open_task_queue(valkey_url, options)
        yield adapter.health
        run(adapter.aclose())

    @pytest.fixture
    def broken(self, prefix):
        return queue_at("redis://127.0.0.1:1", prefix)


@pytest.fixture
async def queue(valkey_url, prefix):
    queue = queue_at(valkey_url, prefix)
    yield queue
    await queue.aclose()


@pytest.fixture
async def queue_by_proxy(valkey_proxy, prefix):
    queue = queue_at(valkey_proxy.url, prefix)
    yield queue
    await queue.aclose()


async def test_a_batch_takes_a_command_for_a_hundred_tasks(queue, valkey_server):
    client = valkey_server.connect()
    await queue.put([sample_task(0)])  # declares the queue
    before = calls(client)

    await queue.put([sample_task(number) for number in range(1, 202)])

    after = calls(client)
    sent = {name: after[name] - before.get(name, 0) for name in after}
    assert {name: n for name, n in sent.items() if n and name not in {"info", "ping"}} == {
        "xadd": 3
    }


async def test_messages_go_to_the_worker_in_the_order_of_the_batch(queue, valkey_url, prefix):
    await queue.put([sample_task(number) for number in range(10)])

    deliveries = Deliveries(make_app(valkey_url, prefix=prefix, queue=QUEUE))
    arrived = deliveries(10)
    deliveries.close()
    assert [message["args"] for message in arrived] == [[number] for number in range(10)]


async def test_a_long_source_travels_by_its_digest(queue, valkey_server, prefix):
    task = replace(sample_task(), source="#" * (INLINE + 1))

    await queue.put([task])

    [(_, entry)] = valkey_server.connect().xrange(f"{prefix}{QUEUE}:stream:0")
    assert len(entry["message"]) < INLINE * 3


@pytest.mark.parametrize("harm", ["refuse", "freeze"])
async def test_a_caller_waits_three_seconds_at_most_when_redis_is_away(
    queue_by_proxy, valkey_proxy, harm
):
    await queue_by_proxy.put([sample_task(0)])
    getattr(valkey_proxy, harm)()

    began = time.monotonic()
    with pytest.raises(QueueUnavailable):
        await queue_by_proxy.put([sample_task(1)])

    assert time.monotonic() - began < PATIENCE.total_seconds()


async def test_callers_that_come_together_all_wait_three_seconds_at_most(
    queue_by_proxy, valkey_proxy
):
    valkey_proxy.freeze()
    took = []

    async def put(number):
        began = time.monotonic()
        with pytest.raises(QueueUnavailable):
            await queue_by_proxy.put([sample_task(number)])
        took.append(time.monotonic() - began)

    async with anyio.create_task_group() as callers:
        for number in range(20):
            callers.start_soon(put, number)

    assert len(took) == 20
    assert max(took) < PATIENCE.total_seconds()


@pytest.mark.parametrize("harm", ["cut", "refuse", "freeze"])
async def test_the_queue_works_again_by_itself(queue_by_proxy, valkey_proxy, harm):
    await queue_by_proxy.put([sample_task(0)])
    getattr(valkey_proxy, harm)()
    if harm != "cut":
        with pytest.raises(QueueUnavailable):
            await queue_by_proxy.put([sample_task(1)])

    valkey_proxy.heal()

    await queue_by_proxy.put([sample_task(2)])
    await queue_by_proxy.ping()


async def test_a_user_who_may_not_send_is_told_so(valkey_server, valkey_url, prefix):
    client = valkey_server.connect()
    client.execute_command("ACL SETUSER reader on nopass ~* &* +@all -xadd")
    try:
        queue = queue_at(valkey_url.replace("redis://", "redis://reader:any@"), prefix)

        with pytest.raises(QueueDenied, match="xadd"):
            await queue.put([sample_task()])
        await queue.aclose()
    finally:
        client.execute_command("ACL DELUSER reader")


async def test_a_server_of_another_authority_is_not_trusted(
    redis_tls_server, redis_tls_url, prefix
):
    url = redis_tls_server.url_of("app", certificates=redis_tls_server.foreign)

    with pytest.raises(QueueUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        await queue_at(url, prefix).put([sample_task()])


async def test_plain_text_to_a_server_of_tls_fails(redis_tls_server, redis_tls_url, prefix):
    url = f"redis://127.0.0.1:{redis_tls_server.port.number}"

    with pytest.raises(QueueUnavailable):
        await queue_at(url, prefix).put([sample_task()])


def calls(client):
    """How often each command was executed so far."""
    stats = client.info("commandstats")
    return {name.removeprefix("cmdstat_"): facts["calls"] for name, facts in stats.items()}
