"""Scripts to run, and what hears them, for the contract of `Runner`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, get_ident
from typing import Any, Final

from ..domain.limits import MIB
from ..domain.result import Progress
from ..ports.runner import Runner, RunReport, RunRequest
from .source_store import digest_of

PATIENCE: Final = 30.0
"""Seconds that a test waits for a run which takes milliseconds on an idle machine."""

ADD: Final = "def f(a, b=0):\n    return a + b\n"
NAP: Final = "import time\ndef f():\n    print('ready', flush=True)\n    time.sleep(600)\n"
SPIN: Final = "def f():\n    print('ready', flush=True)\n    while True:\n        pass\n"

DEATHS: Final = {
    "exit": "import os\ndef f():\n    os._exit(3)\n",
    "abort": "import os\ndef f():\n    os.abort()\n",
    "segfault": "import ctypes\ndef f():\n    ctypes.string_at(0)\n",
    "killed": "import os\ndef f():\n    os.kill(os.getpid(), 9)\n",
}
"""Ways for a script to take its process down."""


def sample_run(source: str, *args: Any, run_id: str = "run-1", **limits: Any) -> RunRequest:
    """A request to call `f` of `source`, with room for everything unless `limits` say less."""
    room: dict[str, Any] = {
        "kwargs": {},
        "timeout": None,
        "memory_bytes": None,
        "max_value_bytes": MIB,
        "max_output_bytes": 64 * 1024,
    }
    return RunRequest(
        run_id=run_id,
        digest=digest_of(source),
        source=source,
        function="f",
        args=list(args),
        **{**room, **limits},
    )


class Observer:
    """Remembers what a run said, and in which threads."""

    def __init__(self) -> None:
        self.output = ""
        self.progress: list[Progress] = []
        self.threads: set[int] = set()
        self.spoken = Event()

    def on_output(self, text: str) -> None:
        """See `RunObserver`."""
        self.output += text
        self._hear()

    def on_progress(self, done: float, total: float | None, note: str) -> None:
        """See `RunObserver`."""
        self.progress.append(Progress(done=done, total=total, note=note))
        self._hear()

    def _hear(self) -> None:
        self.threads.add(get_ident())
        self.spoken.set()


def code(report: RunReport) -> str | None:
    """The code of a report's error; None where there is a value."""
    assert (report.value is None) != (report.error is None)
    return None if report.error is None else report.error.code


@contextmanager
def started(runner: Runner, request: RunRequest, observer: Observer) -> Iterator[Future[RunReport]]:
    """A run that has begun to speak."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(runner.run, request, observer)
        try:
            assert observer.spoken.wait(PATIENCE), "the script did not begin"
            yield running
        finally:
            runner.stop(request.run_id)


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or will be as soon as its parent looks."""
    try:
        os.kill(pid, 0)
        # The state follows the name, which may hold anything up to the last parenthesis.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except ProcessLookupError:
        return True
    except FileNotFoundError:
        # Gone in between, unless this system has no /proc at all.
        return Path("/proc/self").exists()


def comes_true(condition: Callable[[], bool]) -> bool:
    """Whether it holds within a few seconds: the system ends a killed process when it can."""
    until = time.monotonic() + 5
    while not (holds := condition()) and time.monotonic() < until:
        time.sleep(0.01)
    return holds
