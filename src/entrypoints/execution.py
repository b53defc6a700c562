"""The worker's half, started: claims kept alive, cancellations heard, lost tasks swept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Event, Thread
from typing import Final

from ..domain.burial import Cause
from ..domain.errors import MalformedMessage, PortError
from ..domain.result_key import Address
from ..domain.task import Task
from ..ports.cancel_signals import CancelSignals
from ..usecases.bury import BuryRun
from ..usecases.execute import Again, Claimed, Done, Ended, ExecuteTask
from ..usecases.leases import Leases
from ..usecases.presence import EVERY, Presence
from ..usecases.refuse import RefuseTask
from ..usecases.report import Reports
from ..usecases.source_guard import SourceGuard
from ..usecases.sweep import SweepOverdue
from ..usecases.turn import Claims, Settled

_log: Final = logging.getLogger(__name__)

_BEATS: Final = 4
"""Heartbeats in one lease: three may be missed before anybody takes over."""

_NOTES: Final = timedelta(milliseconds=250)
"""Between two reports of what runs say: smooth for a person, a trifle for the store."""


class Execution:
    """Runs tasks in this process, from any number of threads, between `start` and `close`."""

    def __init__(
        self,
        *,
        execute: ExecuteTask,
        refuse: RefuseTask,
        bury: BuryRun,
        leases: Leases,
        reports: Reports,
        sweep: SweepOverdue,
        signals: CancelSignals,
        release: Callable[[], None],
        presence: Presence | None = None,
        guard: SourceGuard | None = None,
    ) -> None:
        self._execute = execute
        self._refuse = refuse
        self._bury = bury
        self._leases = leases
        self._reports = reports
        self._sweep = sweep
        self._signals = signals
        self._release = release
        self._presence = presence
        self._guard = guard
        self._stopping = Event()
        self._stop_listening: Callable[[], None] | None = None
        # Threads of their own, because a heartbeat must not wait for a note or a sandbox.
        self._threads = [
            Thread(target=self._keep_beating, name="fleeting-leases", daemon=True),
            Thread(target=self._keep_reporting, name="fleeting-reports", daemon=True),
        ]

    def start(self) -> None:
        """Begin to send heartbeats and notes, and to hear cancellations; returns at once."""
        self._stop_listening = self._signals.listen(self._leases.cancel)
        for thread in self._threads:
            thread.start()

    def announce(self) -> None:
        """Show this process as a worker until `close`; returns at once.

        In the parent of processes that run the tasks it need not be started for that.
        """
        if self._presence is not None:
            thread = Thread(
                target=self._keep_announcing,
                args=(self._presence,),
                name="fleeting-presence",
                daemon=True,
            )
            thread.start()
            self._threads.append(thread)

    def run(self, task: Task) -> Done | Again:
        """Bring one delivered task one step further; see `ExecuteTask`."""
        return self._execute(task)

    def refuse(self, error: MalformedMessage) -> bool:
        """End a task whose message cannot be run; see `RefuseTask`."""
        return self._refuse(error)

    def perform(self, claimed: Claimed) -> Ended:
        """Run a claimed task; see `ExecuteTask.perform`."""
        return self._execute.perform(claimed)

    def settle(self, ends: Sequence[Ended]) -> list[Done | Again]:
        """Store how runs ended, together; see `ExecuteTask.settle`."""
        return self._execute.settle(ends)

    def turn(self, ends: Sequence[Ended], tasks: Sequence[Task]) -> tuple[Settled, Claims]:
        """Settle and claim in one round trip; see `ExecuteTask.turn`."""
        return self._execute.turn(ends, tasks)

    def give_up(self, claims: Sequence[Claimed]) -> bool:
        """Let others have what has not begun; see `ExecuteTask.give_up`."""
        return self._execute.give_up(claims)

    def abandon(self, claimed: Claimed) -> None:
        """Let a claim run out; see `ExecuteTask.abandon`."""
        self._execute.abandon(claimed)

    def cancel(self, address: Address) -> None:
        """End a run of this process; see `ExecuteTask.cancel`."""
        self._execute.cancel(address)

    def bury(self, address: Address, pid: int, cause: Cause) -> bool:
        """See to a run whose process is gone; see `BuryRun`."""
        return self._bury(address, pid, cause)

    def let_go(self) -> None:
        """Have others take over what still runs; see `Leases.release`."""
        _survive_outage(self._leases.release, "claims run out by themselves")

    def close(self) -> None:
        """Stop the threads, let go of claims and connections; runs still going are taken over."""
        self._stopping.set()
        self._reports.wake()
        if self._stop_listening is not None:
            self._stop_listening()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        self.let_go()
        if self._presence is not None:
            _survive_outage(self._presence.withdraw, "this worker is shown a while longer")
        self._release()

    def _keep_beating(self) -> None:
        pause = self._leases.lease / _BEATS
        while True:
            _survive(self._beat)
            if self._stopping.wait(pause.total_seconds()):
                return

    def _beat(self) -> None:
        if self._leases.beat():
            self._sweep_quietly()
            if self._guard is not None:
                _survive_outage(self._guard.refresh, "the quarantine is not known")

    def _sweep_quietly(self) -> None:
        try:
            lost = self._sweep()
        except PortError as exc:
            _log.warning("overdue tasks not looked at: %s", exc)
            return
        if lost:
            _log.warning("%d overdue task(s) ended as lost", lost)

    def _keep_announcing(self, presence: Presence) -> None:
        while True:
            _survive(lambda: _survive_outage(presence.announce, "this worker is not shown"))
            if self._stopping.wait(EVERY.total_seconds()):
                return

    def _keep_reporting(self) -> None:
        while not self._stopping.is_set():
            self._reports.wait()
            _survive(self._reports.send)
            self._stopping.wait(_NOTES.total_seconds())


def _survive_outage(step: Callable[[], None], outcome: str) -> None:
    try:
        step()
    except PortError as exc:
        _log.warning("%s: %s", outcome, exc)


def _survive(step: Callable[[], None]) -> None:
    """A thread that ended here would let every claim of this process run out, unheard."""
    try:
        step()
    except Exception:  # noqa: BLE001 - whatever it is, the next step may succeed
        _log.exception("a step of the worker's housekeeping failed; the next one follows")
