"""Recording workers, an application that sends to them, and what they recorded."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from fleeting.adapters.celery.app import make_app

from ..servers.redis_server import RedisServer
from ..servers.require import require, require_valkey
from ..servers.valkey import Valkey
from .feature_app import make as make_feature_app
from .feature_world import QUEUE as FEATURE_QUEUE
from .feature_world import World, feature_worker
from .notes import Notes
from .record import Record
from .steering import ask
from .workers import Worker

PROGRAM = Path(__file__).with_name("recording_worker.py")
QUEUE = "work"

# Small, so that tests of take-over are quick; yet a heartbeat may be three seconds late, as it may
# be on a machine with two cores that runs everything else beside it.
VISIBILITY = timedelta(seconds=4)

MakeWorker = Callable[..., Worker]
MakeTwo = Callable[..., tuple[Worker, Worker]]
MakeSender = Callable[[str], Celery]


@pytest.fixture(scope="session")
def record_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Where workers write down what they do; nothing ever happens to it."""
    require("redis-server")
    with RedisServer(tmp_path_factory.mktemp("record")) as server:
        yield server


@pytest.fixture
def record(record_server: RedisServer) -> Record:
    record_server.flush()
    return Record(record_server.connect())


@pytest.fixture
def make_worker(
    tmp_path: Path, prefix: str, record_server: RedisServer, record: Record
) -> Iterator[MakeWorker]:
    """Start recording workers for this test; all are killed in the end."""
    with ExitStack() as stack:

        def make(url: str, *, name: str = "w1", start: bool = True, **options: Any) -> Worker:
            settings = {
                "url": url,
                "record_url": record_server.url,
                "prefix": prefix,
                "queue": QUEUE,
                "pool": "threads",
                "concurrency": 1,
                "visibility_seconds": VISIBILITY.total_seconds(),
                "soft_shutdown_seconds": 7,
                "prefetch": 1,
                "name": name,
            } | options
            worker = Worker(
                [sys.executable, PROGRAM, json.dumps(settings)], log=tmp_path / f"{name}.log"
            )
            stack.callback(worker.kill)
            if start:
                worker.start()
            return worker

        yield make


@pytest.fixture
def make_two_workers(make_worker: MakeWorker) -> MakeTwo:
    """Start w1 and w2 beside each other."""

    def make(url: str, **options: Any) -> tuple[Worker, Worker]:
        first, second = (
            make_worker(url, name=name, start=False, **options) for name in ("w1", "w2")
        )
        for worker in (first, second):
            worker.launch()
        for worker in (first, second):
            worker.wait_until_ready()
        return first, second

    return make


@pytest.fixture
def make_sender(prefix: str) -> Iterator[MakeSender]:
    """Make an application that sends to the workers of this test."""
    with ExitStack() as stack:

        def make(url: str) -> Celery:
            app = make_app(url, prefix=prefix, queue=QUEUE, visibility=VISIBILITY)
            stack.callback(app.close)
            return app

        yield make


@pytest.fixture(scope="session")
def features_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """Broker and notebook of the feature tests; nothing ever happens to it."""
    require_valkey()
    with Valkey(tmp_path_factory.mktemp("features")) as server:
        yield server


@pytest.fixture(scope="session")
def worlds(
    features_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], World]]:
    """Worlds of the feature tests by transport and pool; each is made once."""
    logs = tmp_path_factory.mktemp("worlds")
    with ExitStack() as stack:

        @cache
        def world(transport: str, pool: str) -> World:
            broker = features_server.url
            options = {
                "url": broker if transport == "streams" else f"stock+{broker}",
                "record_url": broker,
                "prefix": f"{transport}-{pool}:",
                "queue": FEATURE_QUEUE,
                "pool": pool,
                "concurrency": 1 if pool == "solo" else 2,
            }
            worker = feature_worker(options, logs / f"{transport}-{pool}.log")
            stack.enter_context(worker)
            app = make_feature_app(options)
            stack.callback(app.close)
            ask(app, "ping")
            notes = Notes(features_server.connect())
            return World(transport, pool, options, app, worker, notes)

        yield world


@pytest.fixture
def world(worlds: Callable[[str, str], World], request: pytest.FixtureRequest) -> World:
    """The one that the test is parametrised with, as `transport-pool`."""
    transport, pool = request.param.split("-")
    return worlds(transport, pool)
