"""What a worker knows of sources in quarantine, and what it adds to that when runs were lost."""

from __future__ import annotations

import logging
from typing import Final

from ..domain.change import Snapshot
from ..domain.errors import PortError
from ..domain.limits import Limits
from ..domain.quarantine import Loss, Quarantine, SourceName, decide_quarantine, loss_in
from ..domain.task import Task
from ..ports.quarantines import QuarantineRegister

_log: Final = logging.getLogger(__name__)


class SourceGuard:
    """Answers from memory; safe to use from any thread.

    Somebody calls `refresh` with each heartbeat.

    Args:
        register: where all workers keep what they know; None: no source is ever in quarantine.
        limits: how many losses are enough.
    """

    def __init__(self, register: QuarantineRegister | None, limits: Limits) -> None:
        self._register = register
        self._limits = limits
        self._known: dict[SourceName, Quarantine] = {}

    def quarantine_of(self, task: Task) -> Quarantine | None:
        """The quarantine of the task's source, as far as this worker knows; it may be over."""
        if not self._known:
            return None
        return self._known.get(SourceName(task.namespace, task.source_digest))

    def refresh(self) -> None:
        """Learn what is in force.

        Raises:
            PortError: the store does not answer; what was known stays.
        """
        if self._register is not None and self._limits.quarantine_losses:
            self._known = {one.source: one for one in self._register.in_force()}

    def is_enough(self, snapshot: Snapshot) -> bool:
        """Weigh what a take-over is about to end, and say if its source goes into quarantine by it.

        Weighed before the take-over, so that the run that would be one too many does not begin;
        whoever else is about to take over weighs the same attempt, which counts once. What was let
        go of may have been weighed by who did that: so what is in force is asked for. Where the
        store does not answer, the loss does not count: nothing waits for this.
        """
        if self._register is None or not self._limits.quarantine_losses:
            return False
        loss = loss_in(snapshot)
        try:
            if loss is not None:
                return self._weigh(self._register, loss)
            if snapshot.is_let_go:
                self.refresh()
                return True
        except PortError as exc:
            _log.warning("what %s is taken over from is not counted: %s", snapshot.address.key, exc)
        return False

    def _weigh(self, register: QuarantineRegister, loss: Loss) -> bool:
        losses = register.note(loss, window=self._limits.quarantine_window)
        quarantine = decide_quarantine(losses, self._limits, at=loss.noticed)
        if quarantine is None:
            return False
        register.impose(quarantine, keep=self._limits.quarantine_time)
        self._known = {**self._known, quarantine.source: quarantine}
        _log.error(
            "source %s of namespace %r goes into quarantine until %s: %d workers lost in a row",
            quarantine.source.digest,
            quarantine.source.namespace,
            quarantine.until.isoformat(timespec="seconds"),
            quarantine.losses,
        )
        return True
