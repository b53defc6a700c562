"""Celery as it comes: its own Redis transport and result backend, a registered task."""

from __future__ import annotations

from typing import Any

from celery import Celery

from ..peers import server
from ..peers.functions import ARGUMENTS, PATIENCE, add, check
from .scripts import SOURCE, run_source

NAIVE = "naive"
"""The variant whose one task is sent the source."""


def make_app(url: str) -> Celery:
    """An application with both tasks; nothing but the addresses is set."""
    app = Celery("benchmark", broker=url, backend=url, set_as_current=False)
    app.task(name="add")(add)
    app.task(name="run_source")(run_source)
    return app


class CeleryClient:
    """`delay` and `get`."""

    def __init__(self, app: Celery, *, is_naive: bool) -> None:
        self._app: Any = app
        self._task: Any = app.tasks["run_source" if is_naive else "add"]
        self._arguments = (SOURCE, "add", ARGUMENTS) if is_naive else ARGUMENTS

    def submit(self) -> None:
        self._task.delay(*self._arguments)

    def submit_batch(self, count: int) -> None:
        with (
            self._app.producer_pool.acquire(block=True) as producer,
            producer.batch(max_size=count),
        ):
            for _ in range(count):
                self._task.apply_async(self._arguments, producer=producer)

    def call(self, way: str) -> None:
        check(self._task.delay(*self._arguments).get(timeout=PATIENCE))


def open_client() -> CeleryClient:
    return CeleryClient(make_app(server.url()), is_naive=server.variant() == NAIVE)
