"""Recording workers, and an application that sends to them."""

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

from .workers import Worker

PROGRAM = Path(__file__).with_name("recording_worker.py")
QUEUE = "work"

# Small, so that tests of take-over are quick; a quarter of it is what a heartbeat may be late.
VISIBILITY = timedelta(seconds=4)

MakeWorker = Callable[..., Worker]


@pytest.fixture
def make_worker(tmp_path: Path, prefix: str) -> Iterator[MakeWorker]:
    """Start recording workers for this test; all are killed in the end."""
    with ExitStack() as stack:

        def make(
            url: str,
            *,
            record_url: str | None = None,
            name: str = "w1",
            start: bool = True,
            **options: Any,
        ) -> Worker:
            settings = {
                "url": url,
                "record_url": record_url or url,
                "prefix": prefix,
                "queue": QUEUE,
                "pool": "threads",
                "concurrency": 1,
                "visibility_seconds": VISIBILITY.total_seconds(),
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
def make_sender(prefix: str) -> Iterator[Callable[[str], Celery]]:
    """Make an application that sends to the workers of this test."""
    with ExitStack() as stack:

        def make(url: str) -> Celery:
            app = make_app(url, prefix=prefix, queue=QUEUE, visibility=VISIBILITY)
            stack.callback(app.close)
            return app

        yield make
