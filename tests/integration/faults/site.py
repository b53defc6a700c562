"""An installation that faults happen to: who submits, who works, who watches, and the count."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from fleeting.domain.errors import PortError
from fleeting.entrypoints.local import Fleeting

from ..celery.workers import Worker
from ..servers.wait import wait_until
from .ground import Ground
from .pace import Pace
from .script import FUNCTION, SOURCE, Marks
from .tally import Tally
from .trap import Point
from .watch import Watch

_ROOT = Path(__file__).parents[3]


class Site:
    """Everything of one fault's rounds."""

    def __init__(self, ground: Ground, pace: Pace, folder: Path) -> None:
        self.ground = ground
        self.pace = pace
        self.tally = Tally()
        self.marks = Marks(folder / "marks")
        self._folder = folder
        self._open = ExitStack()
        self._numbers = count(1)
        self._accepted: dict[str, tuple[str, float]] = {}
        self._resident: Worker | None = None
        self._judges_from = 0.0
        self._other: Worker | None = None
        self._platform: Fleeting | None = None
        self.watch = Watch(ground.watch_url)

    def submit(self, seconds: float = 0.1, **options: Any) -> str:
        """Submit a task that takes so long; returns its key.

        Raises:
            PortError: it was not accepted.
        """
        name = f"t{next(self._numbers)}"
        given = (str(self.marks.folder), name, seconds)
        if self._platform is None:
            self.speak_to(self.ground.url)
        # Another source in each round: one that loses workers again and again goes into quarantine.
        source = f"{SOURCE}\n# round {self.tally.rounds}\n"
        key = self._platform.submit(source, FUNCTION, *given, max_attempts=10, **options).key
        self._accepted[key] = name, time.time()
        return key

    def speak_to(self, url: str) -> None:
        """Submit by this URL from here on."""
        self._platform = self._open.enter_context(Fleeting.from_settings(store=url))

    @contextmanager
    def feeding(self, *, seconds: float = 0.4) -> Iterator[None]:
        """Have tasks submitted all the time; those that are not accepted do not count."""
        over = Event()

        def feed() -> None:
            while not over.wait(self.pace.pause_seconds):
                try:
                    self.submit(seconds)
                except PortError:
                    continue

        thread = Thread(target=feed, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def worker(
        self,
        *,
        point: Point | None = None,
        hit: int = 1,
        number: signal.Signals = signal.SIGKILL,
        pool: str = "threads",
        concurrency: int = 3,
        soft_shutdown_seconds: float = 7,
        url: str | None = None,
    ) -> Worker:
        """Start a worker and return it when it takes tasks."""
        name = f"w{next(self._numbers)}"
        options = {
            "point": point,
            "hit": hit,
            "sprung": str(self._sprung(name)),
            "signal": number,
            "pool": pool,
            "concurrency": concurrency,
            "soft_shutdown_seconds": soft_shutdown_seconds,
            "name": name,
        }
        worker = Worker(
            [sys.executable, "-m", f"{__package__}.trapped_worker", json.dumps(options)],
            log=self._folder / f"{name}.log",
            environment={
                "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")]),
                "FLEETING_STORE": url or self.ground.url,
                "FLEETING_LEASE_SECONDS": str(self.pace.lease_seconds),
                "FLEETING_ISOLATION": "process",  # its scripts leave marks
            },
        )
        self._open.callback(worker.kill)
        worker.start()
        worker.name = name
        return worker

    def resident(self) -> Worker:
        """The worker to which nothing happens."""
        if self._resident is None:
            self._resident = self.worker(concurrency=6)
            self._judges_from = time.monotonic() + self.pace.visibility_seconds
        return self._resident

    def judge(self) -> Worker:
        """The resident, which has seen Redis for long enough to take over from others."""
        resident = self.resident()
        time.sleep(max(0.0, self._judges_from - time.monotonic()))
        return resident

    def other(self) -> Worker:
        """Another one beside the resident."""
        if self._other is None:
            self._other = self.worker()
        return self._other

    def fate_of(self, worker: Worker) -> float:
        """When the worker came to its point; waits for it."""
        path = self._sprung(worker.name)
        wait_until(path.exists, within=timedelta(seconds=30))
        wait_until(path.read_text, within=timedelta(seconds=5))
        return float(path.read_text())

    def wait_for_runs(self, number: int) -> None:
        """Return when so many more tasks have begun."""
        before = self.marks.count
        wait_until(lambda: self.marks.count >= before + number, within=timedelta(seconds=40))

    def wait_for_claim(self, key: str) -> None:
        """Return when somebody has the task."""
        wait_until(lambda: self.watch.of(key).begun, within=timedelta(seconds=40))

    def run_of(self, worker: Worker, key: str) -> bool:
        """Whether the worker runs that task at the moment."""
        raw = self.ground.server.connect().hget(f"{{{key}}}:run", "record")
        return raw is not None and f":{worker.pid}:" in raw and "running" in raw

    def wait_for_ends(self) -> None:
        """Return when all that was accepted up to this moment has ended."""
        keys = tuple(self._accepted)
        wait_until(
            lambda: all(self.watch.of(key).value for key in keys),
            within=timedelta(seconds=self.pace.patience_seconds),
        )

    def close_round(self, fault: float | None, *workers: Worker, about: str | None = None) -> None:
        """Wait until all that was accepted has ended, and count.

        Args:
            fault: when it happened, or when what it took away was there again.
            workers: those that may have come late.
            about: the only task whose time counts.
        """
        accepted, self._accepted = self._accepted, {}
        open_ = set(accepted)

        def is_over() -> bool:
            open_.difference_update([key for key in open_ if self.watch.of(key).value])
            return not open_

        with suppress(TimeoutError):  # what is open then is counted as lost
            wait_until(is_over, within=timedelta(seconds=self.pace.patience_seconds))
        tally = self.tally
        tally.rounds += 1
        tally.tasks += len(accepted)
        tally.late += sum(worker.output.count("late result of") for worker in workers)
        ends = self.watch.ends()
        for key, (name, _) in accepted.items():
            self._count(key, name, ends[key])
        if fault is not None:
            timed = accepted if about is None else {about: accepted[about]}
            tally.seconds.append(self._taken_over(timed, fault))

    def _count(self, key: str, name: str, ends: set[str]) -> None:
        first, value = self.watch.of(key).value, self.watch.value(key)
        is_right = value is not None and value["name"] == name
        self.tally.lost += not is_right
        self.tally.doubled += len(ends) > 1 or (is_right and value != first)
        self.tally.repeated += max(0, self.marks.begun(name) - 1)

    def _taken_over(self, accepted: dict[str, tuple[str, float]], fault: float) -> float:
        """From the fault until the last task accepted before it was begun for the last time."""
        times = [
            at - fault
            for key, (_, submitted) in accepted.items()
            if submitted < fault
            for at in self.watch.of(key).begun
        ]
        return max([0.0, *times])

    def _sprung(self, name: str) -> Path:
        return self._folder / f"{name}.sprung"

    def __enter__(self) -> Self:
        self._open.enter_context(self.watch)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
