"""A real Flower beside an installation, as an operator starts it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from ..celery.workers import Worker
from ..servers.port import HOST, Port

_PAGES = ("/", "/workers?json=1", "/tasks", "/broker", "/api/tasks", "/api/workers?refresh=1")
_APP = "fleeting.entrypoints.celery_app"


@dataclass(frozen=True, slots=True)
class Flower:
    """Knows tasks by the events of workers, from its start on."""

    url: str
    program: Worker

    @property
    def log(self) -> str:
        return self.program.output

    def shows(self, key: str) -> bool:
        """Whether it has heard of the end of a task."""
        return bool(self._get(f"/api/tasks?search={key}&state=SUCCESS").strip("{}\n "))

    def everything(self, keys: Iterable[str]) -> str:
        """All that it shows, with a page for each of these tasks."""
        paths = (
            *_PAGES,
            *(f"{page}/{key}" for key in keys for page in ("/task", "/api/task/info")),
        )
        return "\n".join(self._get(path) for path in paths)

    def _get(self, path: str) -> str:
        return requests.get(self.url + path, timeout=30).text


@contextmanager
def blooming(environment: Mapping[str, str], log: Path) -> Iterator[Flower]:
    """A Flower that listens meanwhile."""
    port = Port()
    words = ("flower", f"--address={HOST}", f"--port={port.number}", "--read_only=True")
    program = Worker(
        [sys.executable, "-m", "celery", "-A", _APP, *words, "--logging=debug"],
        log=log,
        ready="Connected to",
        environment={**environment, "FLOWER_UNAUTHENTICATED_API": "true"},
    )
    with program:
        yield Flower(f"http://{HOST}:{port.number}", program)
    port.release()
