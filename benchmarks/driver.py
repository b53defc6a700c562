"""The client of one queue in a process of its own, as `peers/driver.py` has it, and its orders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, Self

from .child import ROOT, BenchmarkError
from .ground import Ground
from .measure import Figures
from .peers.server import SERVER
from .platform import Platform

_GRACE: Final = 5.0
"""Seconds to end after its standard input has."""


class Driver:
    """One such process; it ends with the block, or with this process."""

    def __init__(self, platform: Platform, ground: Ground, *, name: str = "client") -> None:
        self._platform = platform
        self._log = ground.logs / f"{name}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [python_of(platform), "-m", "benchmarks.peers.driver", platform.client],
                cwd=ROOT,
                env={**os.environ, **variables_of(platform, ground)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def fill(self, count: int) -> Figures:
        """Queue so many tasks; rate and cost."""
        took = self._order("fill", count=count, batch=self._platform.batch)
        return {
            "tasks_per_second": count / took["seconds"],
            "cpu_us_per_task": took["cpu_seconds"] / count * 1e6,
        }

    def latency(self, way: str, *, samples: int, seconds: float, pause: float = 0) -> list[float]:
        """Seconds that single calls take."""
        times: list[float] = self._order(
            "latency", way=way, samples=samples, seconds=seconds, pause=pause
        )
        return times

    def begin_load(self, rate: float) -> None:
        """Queue tasks at this rate until `end_load`."""
        self._send("load", rate=rate)

    def end_load(self) -> float:
        """The rate that was kept."""
        self._send("stop")
        kept = float(self._answer())
        self._answer()
        return kept

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _order(self, do: str, **how: object) -> Any:
        self._send(do, **how)
        return self._answer()

    def _send(self, do: str, **how: object) -> None:
        if self._process.stdin is None or self._process.poll() is not None:
            raise self._ended()
        try:
            self._process.stdin.write(json.dumps({"do": do, **how}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None

    def _answer(self) -> Any:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise self._ended()
        return json.loads(line)

    def _ended(self) -> BenchmarkError:
        tail = "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])
        return BenchmarkError(f"the client of {self._platform.name} has ended:\n{tail}")


def python_of(platform: Platform) -> Path | str:
    """The interpreter that has the platform's library."""
    return platform.environment.python if platform.environment else sys.executable


def variables_of(platform: Platform, ground: Ground) -> dict[str, str]:
    """Environment variables of the platform's worker and client."""
    own = {name: value.format(url=ground.url) for name, value in platform.variables.items()}
    return {**own, SERVER: ground.url}
