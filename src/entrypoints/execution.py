"""The worker's half, started: claims kept alive, cancellations heard, lost tasks swept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from typing import Final

from ..domain.errors import PortError
from ..domain.task import Task
from ..ports.cancel_signals import CancelSignals
from ..usecases.execute import Again, Done, ExecuteTask
from ..usecases.leases import Leases
from ..usecases.sweep import SweepOverdue

_log: Final = logging.getLogger(__name__)

_BEATS: Final = 4
"""Heartbeats in one lease: three may be missed before anybody takes over."""


class Execution:
    """Runs tasks in this process, from any number of threads, between `start` and `close`."""

    def __init__(
        self,
        *,
        execute: ExecuteTask,
        leases: Leases,
        sweep: SweepOverdue,
        signals: CancelSignals,
        release: Callable[[], None],
    ) -> None:
        self._execute = execute
        self._leases = leases
        self._sweep = sweep
        self._signals = signals
        self._release = release
        self._stopping = Event()
        self._stop_listening: Callable[[], None] | None = None
        self._pulse = Thread(target=self._keep_beating, name="fleeting-leases", daemon=True)

    def start(self) -> None:
        """Begin to send heartbeats and to hear cancellations; returns at once."""
        self._stop_listening = self._signals.listen(self._leases.cancel)
        self._pulse.start()

    def run(self, task: Task) -> Done | Again:
        """Bring one delivered task one step further; see `ExecuteTask`."""
        return self._execute(task)

    def close(self) -> None:
        """Stop the threads and release the connections; runs still going lose their lease."""
        self._stopping.set()
        if self._stop_listening is not None:
            self._stop_listening()
        if self._pulse.is_alive():
            self._pulse.join()
        self._release()

    def _keep_beating(self) -> None:
        pause: timedelta = self._leases.lease / _BEATS
        while True:
            if self._leases.beat():
                self._sweep_quietly()
            if self._stopping.wait(pause.total_seconds()):
                return

    def _sweep_quietly(self) -> None:
        try:
            lost = self._sweep()
        except PortError as exc:
            _log.warning("overdue tasks not looked at: %s", exc)
            return
        if lost:
            _log.warning("%d overdue task(s) ended as lost", lost)
