"""Worker processes under test: started, waited for by what they log, stopped, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Self

_READY_WITHIN = timedelta(seconds=30)
_STOP_WITHIN = timedelta(seconds=20)


class Worker:
    """One worker and all processes that it starts: a process group of its own.

    What it prints goes to `log`, for the reader of a failed test, and is kept line by line for
    `wait_for_log`.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        ready: str = " ready.",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Describe a worker; nothing runs before `start`.

        Args:
            command: The program with its arguments.
            log: File that gets its output, appended over restarts.
            ready: Part of the line by which it says that it takes tasks.
            environment: Variables added to this process's own.
        """
        self._command = [str(part) for part in command]
        self._log = log
        self._ready = ready
        self._environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._lines: list[str] = []
        self._since = 0
        self._changed = threading.Condition()
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int:
        return self._started.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exitcode(self) -> int | None:
        return self._started.poll()

    @property
    def output(self) -> str:
        """All it has printed, over restarts."""
        with self._changed:
            return "\n".join(self._lines)

    def launch(self) -> None:
        """Start it without waiting."""
        self._since = len(self._lines)
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def start(self) -> None:
        """Start it and return when it takes tasks."""
        self.launch()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Return when it takes tasks."""
        self.wait_for_log(self._ready, within=_READY_WITHIN, since=self._since)

    def wait_for_log(self, text: str, *, within: timedelta, since: int = 0) -> str:
        """Return the first line with `text` in it, counted from line `since`, once it is there.

        Raises:
            RuntimeError: The worker ended before it printed such a line.
            TimeoutError: It did not come in time.
        """
        deadline = time.monotonic() + within.total_seconds()
        with self._changed:
            while True:
                for line in self._lines[since:]:
                    if text in line:
                        return line
                if self._reader is not None and not self._reader.is_alive():
                    raise RuntimeError(f"The worker ended without {text!r}:\n{self._tail()}")
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"No {text!r} within {within}:\n{self._tail()}")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the worker's main process alone, as a platform does."""
        self._started.send_signal(number)

    def terminate(self, *, within: timedelta = _STOP_WITHIN) -> int:
        """SIGTERM; returns the exit code.

        Raises:
            TimeoutError: It was still there in the end.
        """
        self.signal(signal.SIGTERM)
        return self.wait(within=within)

    def wait(self, *, within: timedelta) -> int:
        """Return the exit code once it has ended."""
        try:
            return self._started.wait(within.total_seconds())
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"Still there after {within}:\n{self._tail()}") from None

    def kill(self) -> None:
        """SIGKILL to the worker and everything it started, as a machine does that goes away."""
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def _started(self) -> subprocess.Popen[str]:
        assert self._process is not None, "the worker was not started"
        return self._process

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with self._log.open("a") as log, process.stdout as output:
            for line in output:
                log.write(line)
                log.flush()
                with self._changed:
                    self._lines.append(line.rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _tail(self) -> str:
        return "\n".join(self._lines[-40:])
