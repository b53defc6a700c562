"""Celery as it comes: its own Redis transport and result backend, a registered task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import redis
from celery import Celery

from ..child import BenchmarkError, Child
from ..platform import Call, Ground
from .scripts import ARGUMENTS, SOURCE, VALUE, add, run_source

_PATIENCE: Final = 60
"""Seconds for one value: the first one waits for a worker that starts."""


def make_app(url: str) -> Celery:
    """An application with both tasks; nothing but the addresses is set."""
    app = Celery("benchmark", broker=url, backend=url, set_as_current=False)
    app.task(name="add")(add)
    app.task(name="run_source")(run_source)
    return app


class CeleryClient:
    """Submits to one server."""

    def __init__(self, app: Celery, url: str, *, name: str, is_naive: bool) -> None:
        self._redis = redis.Redis.from_url(url)
        self._name = name
        self._task: Any = app.tasks["run_source" if is_naive else "add"]
        self._arguments = (SOURCE, "add", ARGUMENTS) if is_naive else ARGUMENTS

    def fill(self, count: int) -> None:
        for _ in range(count):
            self._task.delay(*self._arguments)

    def stored(self) -> int:
        # Each result is a key; beside them are the queue and up to six of kombu's own.
        return int(self._redis.dbsize())

    def calls(self) -> Mapping[str, Call]:
        return {self._name: self._call}

    def close(self) -> None:
        """Release the connection."""
        self._redis.close()

    def _call(self) -> None:
        if (value := self._task.delay(*self._arguments).get(timeout=_PATIENCE)) != VALUE:
            raise BenchmarkError(f"{self._name} returned {value!r}")


class CeleryStock:
    """Workers of one pool; `is_naive` sends them the source to run."""

    def __init__(self, name: str, *, pool: str, pace: int, is_naive: bool = False) -> None:
        self.name = name
        self.pace = pace
        self._pool = pool
        self._is_naive = is_naive

    def workers(self, ground: Ground) -> Child:
        module = "benchmarks.subjects.celery_worker"
        command = [module, ground.url, "--pool", self._pool, "--concurrency", "2"]
        return Child(command, log=ground.logs / "worker.log")

    @contextmanager
    def client(self, ground: Ground) -> Iterator[CeleryClient]:
        app = make_app(ground.url)
        client = CeleryClient(app, ground.url, name=self.name, is_naive=self._is_naive)
        try:
            yield client
        finally:
            client.close()
            # Ends the subscriptions to results that nobody will ask for.
            backend: Any = app.backend
            backend.result_consumer.stop()
            app.close()
