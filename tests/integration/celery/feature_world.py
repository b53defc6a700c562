"""One broker, one worker and one sender for all feature tests of a transport and a pool."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from celery import Celery

from .notes import Notes
from .steering import tell
from .workers import Worker

PROGRAM = Path(__file__).with_name("feature_app.py")
QUEUE = "work"
_NUMBERS = count(1)


@dataclass(frozen=True)
class World:
    """What a test needs to send tasks and to see what became of them."""

    transport: str
    pool: str
    options: Mapping[str, Any]
    app: Celery
    worker: Worker
    notes: Notes

    def name(self, what: str) -> str:
        """A name that no other test uses."""
        return f"{what}-{secrets.token_hex(4)}"

    def call(self, function: str, *args: object) -> dict[str, object]:
        """The keyword arguments of a `fleeting.run` of its own."""
        key = f"{function}_{1763683200000 + next(_NUMBERS)}_{secrets.token_hex(8)}"
        return {"key": key, "function": function, "source": "secret = 1", "args": list(args)}

    def send(self, task: str, *args: object, **options: Any) -> Any:
        """An ordinary task."""
        return self.app.tasks[task].apply_async(args, **options)

    def script(self, function: str, *args: object, **options: Any) -> str:
        """A script; returns its key."""
        call = self.call(function, *args)
        self.app.tasks["fleeting.run"].apply_async((), call, **options)
        return str(call["key"])

    def runs(self, key: str) -> int:
        return self.notes.count(f"runs:{key}")

    def wait_for_run(self, key: str, times: int = 1) -> None:
        """Return when a script has ended so often."""
        self.notes.wait(f"done:{key}", times)

    def wait_for_begin(self, key: str) -> None:
        self.notes.wait(f"runs:{key}")

    def idle_queue(self) -> str:
        """A queue that nobody takes from, until `consume`."""
        name = self.name("queue")
        self.app.amqp.queues.add(name)
        return name

    def consume(self, queue: str) -> None:
        """Have the worker take from another queue, too."""
        tell(self.app, "add_consumer", queue)

    def forget(self, queue: str) -> None:
        tell(self.app, "cancel_consumer", queue)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Celery's command line, on this application."""
        return subprocess.run(
            celery_command(*words),
            env=environment(self.options),
            cwd=PROGRAM.parent,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )


def celery_command(*words: str) -> Sequence[str]:
    return [sys.executable, "-m", "celery", "-A", "feature_app", *words]


def environment(options: Mapping[str, Any]) -> dict[str, str]:
    return {**os.environ, "FEATURES": json.dumps(dict(options)), "PYTHONPATH": str(PROGRAM.parent)}


def feature_worker(options: Mapping[str, Any], log: Path) -> Worker:
    return Worker(
        [sys.executable, PROGRAM], log=log, environment={"FEATURES": json.dumps(dict(options))}
    )
