"""Where a worker meets its fate: adapters that do what the real ones do, up to a named point."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Literal, get_args

from fleeting.domain.change import Change, Hold, Note, Refused, Renewal, Snapshot, Swapped
from fleeting.domain.isolation import Isolation
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address
from fleeting.domain.verdict import RunReport
from fleeting.ports.result_store import ResultWriter
from fleeting.ports.runner import Runner, RunObserver, RunRequest

Point = Literal["after take", "after claim", "in run", "before write", "after write"]
POINTS: tuple[Point, ...] = get_args(Point)


class Trap:
    """Sends this process a signal, once, when it comes to `point` for the `hit`-th time.

    When that was is written to the file `sprung`.
    """

    def __init__(
        self, point: Point | None, *, hit: int, sprung: Path, number: signal.Signals
    ) -> None:
        self._point = point
        self._hit = hit
        self._sprung = sprung
        self._number = number
        self._count = count(1)

    def reach(self, point: Point) -> None:
        if point != self._point or next(self._count) != self._hit:
            return
        # A prefork worker's next child must live.
        with suppress(FileExistsError), self._sprung.open("x") as file:
            file.write(str(time.time()))
            file.flush()
            # To this very thread: one that another takes could let this one go on for a moment.
            signal.pthread_kill(threading.get_ident(), self._number)


class TrappedWriter:
    """`ResultWriter`."""

    def __init__(self, writer: ResultWriter, trap: Trap) -> None:
        self._writer = writer
        self._trap = trap

    def load(self, addresses: Sequence[Address]) -> list[Snapshot]:
        return self._writer.load(addresses)

    def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        statuses = {change.record.status for change in changes}
        if Status.RUNNING in statuses:
            self._trap.reach("after take")
        if Status.SUCCEEDED in statuses:
            self._trap.reach("before write")
        outcomes = self._writer.store(changes)
        if Status.RUNNING in statuses:
            self._trap.reach("after claim")
        if Status.SUCCEEDED in statuses:
            self._trap.reach("after write")
        return outcomes

    def renew(self, holds: Sequence[Hold], lease) -> list[Renewal]:
        return self._writer.renew(holds, lease)

    def report(self, notes: Sequence[Note]) -> None:
        self._writer.report(notes)


class TrappedRunner:
    """`Runner`: the script of these tests prints when it has begun."""

    def __init__(self, runner: Runner, trap: Trap) -> None:
        self._runner = runner
        self._trap = trap

    @property
    def isolation(self) -> Isolation:
        return self._runner.isolation

    def run(self, request: RunRequest, observer: RunObserver) -> RunReport:
        return self._runner.run(request, _TrappedObserver(observer, self._trap))

    def stop(self, run_id: str) -> None:
        self._runner.stop(run_id)


class _TrappedObserver:
    def __init__(self, observer: RunObserver, trap: Trap) -> None:
        self._observer = observer
        self._trap = trap

    def on_output(self, text: str) -> None:
        self._trap.reach("in run")
        self._observer.on_output(text)

    def on_progress(self, done: float, total: float | None, note: str) -> None:
        self._observer.on_progress(done, total, note)
