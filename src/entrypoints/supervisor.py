"""Several worker processes as one: started, watched, replaced when they die, stopped together."""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from ..adapters.redis.leashed_process import LeashedProcess

_log: Final = logging.getLogger(__name__)

HOPELESS: Final = 78
"""EX_CONFIG: a process that ends so would end so again."""

_STOP_WITHIN: Final = timedelta(seconds=9.5)
"""Platforms kill ten seconds after SIGTERM; a worker needs up to nine."""

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_STABLE: Final = 60.0
"""Seconds after which a process counts as having started well."""


def pause_before_restart(*, lived: float, deaths: int) -> float:
    """Seconds to wait before a process is replaced.

    Args:
        lived: how many seconds the last one lived.
        deaths: how many before it died young, one after the other.
    """
    if lived >= _STABLE:
        return 0.0
    return min(_FIRST_PAUSE * 2.0 ** min(deaths, 10), _LONGEST_PAUSE)


@dataclass(slots=True)
class _Seat:
    """The place of one process, whichever holds it."""

    command: Sequence[str]
    process: LeashedProcess
    since: float
    deaths: int = 0
    is_over: bool = False
    restart_at: float | None = None


@dataclass(slots=True)
class Supervisor:
    """Keeps a process for each command running until SIGTERM or SIGINT; call from the main thread.

    A process that dies is replaced, one that dies young after a growing pause. One that ends by
    itself in good order was told to (as by Celery's remote control), and is not replaced.
    """

    commands: Sequence[Sequence[str]]
    _seats: list[_Seat] = field(default_factory=list)
    _asked: set[int] = field(default_factory=set)

    def run(self) -> int:
        """Start all and return when all have ended; returns the exit code."""
        with _wake_ups(self._asked.add) as wait:
            try:
                self._seats = [_Seat(command, _start(command), _now()) for command in self.commands]
                return self._watch(wait)
            finally:
                self._stop_all()

    def _watch(self, wait: Callable[[float | None], None]) -> int:
        while not self._asked & {signal.SIGTERM, signal.SIGINT}:
            codes = [code for seat in self._seats if (code := self._look_at(seat)) is not None]
            if HOPELESS in codes:
                return HOPELESS
            if all(seat.is_over for seat in self._seats):
                return 0
            wait(self._until_next_restart())
        return 0

    def _look_at(self, seat: _Seat) -> int | None:
        """The exit code of a process that has ended just now, else None."""
        if seat.is_over:
            return None
        if seat.restart_at is not None:
            if _now() >= seat.restart_at:
                seat.process, seat.since, seat.restart_at = _start(seat.command), _now(), None
            return None
        if seat.process.running:
            return None
        code = seat.process.exit_code
        seat.is_over = code in (0, HOPELESS)
        if not seat.is_over:
            self._plan_restart(seat, code)
        return code

    def _plan_restart(self, seat: _Seat, code: int | None) -> None:
        lived = _now() - seat.since
        pause = pause_before_restart(lived=lived, deaths=seat.deaths)
        seat.deaths = 0 if lived >= _STABLE else seat.deaths + 1
        seat.restart_at = _now() + pause
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        _log.warning(
            "worker process %d died with %s after %.1f s; the next starts in %.1f s",
            seat.process.pid,
            how,
            lived,
            pause,
        )

    def _until_next_restart(self) -> float | None:
        planned = [seat.restart_at for seat in self._seats if seat.restart_at is not None]
        return max(0.0, min(planned) - _now()) if planned else None

    def _stop_all(self) -> None:
        until = _now() + _STOP_WITHIN.total_seconds()
        running = [seat.process for seat in self._seats if seat.process.running]
        for process in running:
            process.signal(signal.SIGTERM)
        for process in running:
            process.join(timedelta(seconds=max(0.0, until - _now())))
            process.kill()


def _start(command: Sequence[str]) -> LeashedProcess:
    return LeashedProcess(command, directory=Path.cwd(), log=sys.stderr.buffer)


@contextmanager
def _wake_ups(note: Callable[[int], None]) -> Iterator[Callable[[float | None], None]]:
    """A way to wait for a signal or a time; `note` hears of each signal."""
    reader, writer = socket.socketpair()
    reader.settimeout(0)
    writer.settimeout(0)
    before = {number: signal.signal(number, lambda got, _: note(got)) for number in _SIGNALS}
    fd_before = signal.set_wakeup_fd(writer.fileno())

    def wait(seconds: float | None) -> None:
        if select.select([reader], [], [], seconds)[0]:
            reader.recv(4096)

    try:
        yield wait
    finally:
        signal.set_wakeup_fd(fd_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        reader.close()
        writer.close()


def _now() -> float:
    return time.monotonic()


def worker_commands(
    count: int,
    *,
    pool: str | None,
    concurrency: int,
    queues: str | None,
    name: str | None,
) -> list[list[str]]:
    """The commands that start `count` worker processes with these options, each under its name."""
    options = {"pool": pool, "concurrency": concurrency, "queues": queues}
    given = [
        word
        for option, value in options.items()
        if value is not None
        for word in (f"--{option}", str(value))
    ]
    own, at, host = (name or f"fleeting-{os.getpid()}").partition("@")
    start = [sys.executable, "-m", "fleeting.entrypoints.cli", "worker", "--processes", "1"]
    return [[*start, *given, "--name", f"{own}-{n}{at}{host}"] for n in range(1, count + 1)]
