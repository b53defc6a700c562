"""A worker or a server as a child process: started, measured with all below it, killed."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import psutil

from fleeting.adapters.redis.leashed_process import LeashedProcess

ROOT: Final = Path(__file__).parents[1]
HOST: Final = "127.0.0.1"

_PATIENCE: Final = 60.0
"""Seconds that anything may take; a start takes two, on a machine that others use a few more."""


class BenchmarkError(Exception):
    """A subject did not do what was asked of it; the message has the end of its log."""


class Child:
    """`python -m` of a module, with all processes that it starts; killed at the end of a block."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        python: Path | str = sys.executable,
    ) -> None:
        self._command = command
        self._log = log
        with log.open("wb") as output:
            self._process = LeashedProcess(
                [python, "-m", *command],
                directory=ROOT,
                log=output,
                environment={**os.environ, **(environment or {})},
            )
        self._tree = psutil.Process(self._process.pid)

    def cpu_seconds(self) -> float:
        """User and system time so far of the process and all below it."""
        return cpu_seconds(self._tree)

    def check(self) -> None:
        """Raise unless it still runs.

        Raises:
            BenchmarkError: it has ended.
        """
        if not self._process.running:
            raise BenchmarkError(f"`{' '.join(self._command)}` has ended:\n{self.tail()}")

    def tail(self) -> str:
        """The end of what it has printed."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Killed rather than stopped: its queue and its data end with this round too.
        with suppress(psutil.NoSuchProcess):
            for process in self._tree.children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        self._process.kill()


def cpu_seconds(root: psutil.Process) -> float:
    """User and system time so far of a process, all below it, and those below that have ended."""
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            # Whoever has ended and was waited for counts among its parent's children.
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def wait_for_port(child: Child, port: int) -> None:
    """Return when something listens on `port`.

    Raises:
        BenchmarkError: the child has ended, or does not listen in time.
    """
    deadline = Deadline(child, f"nothing listens on port {port}")
    while True:
        with suppress(OSError), socket.create_connection((HOST, port)):
            return
        deadline.check()


class Deadline:
    """Patience with a child: `check` in a loop pauses a little, and raises when it is over."""

    def __init__(self, child: Child, complaint: str, *, pause: float = 0.02) -> None:
        self._child = child
        self._complaint = complaint
        self._pause = pause
        self._until = time.monotonic() + _PATIENCE

    def check(self) -> None:
        """Pause.

        Raises:
            BenchmarkError: the child has ended, or the time is over.
        """
        self._child.check()
        if time.monotonic() > self._until:
            raise BenchmarkError(f"after {_PATIENCE:g} s {self._complaint}:\n{self._child.tail()}")
        time.sleep(self._pause)
