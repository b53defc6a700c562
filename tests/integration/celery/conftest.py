"""Recording workers, an application that sends to them, and what they recorded."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from fleeting.adapters.celery.app import make_app

from ..servers.redis_server import RedisServer
from ..servers.require import require
from .record import Record
from .workers import Worker

PROGRAM = Path(__file__).with_name("recording_worker.py")
QUEUE = "work"

# Small, so that tests of take-over are quick; yet a heartbeat may be three seconds late, as it may
# be on a machine with two cores that runs everything else beside it.
VISIBILITY = timedelta(seconds=4)

MakeWorker = Callable[..., Worker]
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
def make_sender(prefix: str) -> Iterator[MakeSender]:
    """Make an application that sends to the workers of this test."""
    with ExitStack() as stack:

        def make(url: str) -> Celery:
            app = make_app(url, prefix=prefix, queue=QUEUE, visibility=VISIBILITY)
            stack.callback(app.close)
            return app

        yield make
