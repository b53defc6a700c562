"""A whole installation under test: API processes and workers, started as an operator does."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Self

from fleeting.adapters.sdk.client import Client

from ..celery.workers import Worker
from ..servers.port import HOST, Port

LEASE = timedelta(seconds=2)
"""Short, so that take-over is quick under test."""

_COMMAND = [sys.executable, "-m", "fleeting.entrypoints.cli"]


class Deployment:
    """Processes that share stores and a queue; none of them outlives the test."""

    def __init__(self, environment: Mapping[str, str], *, logs: Path) -> None:
        self._environment = {"FLEETING_LEASE_SECONDS": str(LEASE.total_seconds()), **environment}
        self._logs = logs
        self._open = ExitStack()
        self._started = 0

    def api(self, **settings: str) -> str:
        """Start an API process; returns its URL."""
        port = Port()
        self._open.callback(port.release)
        self._start(
            ["api", "--port", str(port.number)], "Uvicorn running on", f"api{port.number}", settings
        )
        return f"http://{HOST}:{port.number}"

    def worker(
        self,
        pool: str = "threads",
        *,
        concurrency: int = 2,
        is_awaited: bool = True,
        **settings: str,
    ) -> Worker:
        """Start a worker; return it when it takes tasks, or at once."""
        self._started += 1
        name = f"worker{self._started}"
        command = ["worker", "--pool", pool, "--concurrency", str(concurrency), "--name", name]
        return self._start(command, " ready" if is_awaited else "", name, settings)

    def client(self, url: str, **options: str) -> Client:
        """A client that is closed with the deployment."""
        return self._open.enter_context(Client(url, **options))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _start(
        self, arguments: list[str], ready: str, name: str, settings: Mapping[str, str]
    ) -> Worker:
        own = {f"FLEETING_{key.upper()}": value for key, value in settings.items()}
        worker = Worker(
            [*_COMMAND, *arguments],
            log=self._logs / f"{name}.log",
            ready=ready,
            environment={**self._environment, **own},
        )
        self._open.callback(worker.kill)
        if ready:
            worker.start()
        else:
            worker.launch()
        return worker
