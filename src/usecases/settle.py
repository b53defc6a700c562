"""Store how runs ended, all of them in one round trip, and let go of their claims."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from ..domain.change import Change, Refused, Swapped, transition
from ..domain.errors import PortError
from ..ports.clock import Clock
from ..ports.result_store import ResultWriter
from .insist import insist
from .leases import Leases
from .steps import Again, Claimed, Done, Ended
from .store_time import StoreTime

_log: Final = logging.getLogger(__name__)


class SettleRuns:
    """Puts ends of runs away; waits while the store is away, because they cannot be had again."""

    def __init__(
        self, *, writer: ResultWriter, leases: Leases, clock: Clock, time: StoreTime
    ) -> None:
        self._writer = writer
        self._leases = leases
        self._clock = clock
        self._time = time

    def __call__(self, ends: Sequence[Ended]) -> list[Done | Again]:
        """Store each end; answers in order what becomes of the messages.

        Raises:
            StoreCorrupt: a task's record cannot be written. Nothing is known of the others, but
                settling them again does no harm.
        """
        changes = self.changes(ends)
        outcomes = insist(lambda: self._writer.store(changes), self._clock) if changes else []
        return self.conclude(ends, outcomes)

    def changes(self, ends: Sequence[Ended]) -> list[Change]:
        """What is to be stored, for who stores it along with other changes; then `conclude`."""
        changes = []
        for end in ends:
            if end.change is not None:
                end.claimed.held.is_over = True
                changes.append(end.change)
        return changes

    def conclude(
        self, ends: Sequence[Ended], outcomes: Sequence[Swapped | Refused]
    ) -> list[Done | Again]:
        """What becomes of the messages, given what became of `changes`."""
        told = iter(outcomes)
        refused = {
            id(end) for end in ends if end.change is not None and self._is_refused(end, next(told))
        }
        self._leases.drop([end.claimed.held for end in ends])
        return [
            Done()
            if end.again_after is None or end.change is None or id(end) in refused
            else Again(end.again_after)
            for end in ends
        ]

    def give_up(self, claims: Sequence[Claimed]) -> bool:
        """Let others have claims whose run has not begun; one try.

        Where it fails the claims run out with their lease.
        """
        at = self._time.now()
        try:
            if at is not None:
                self._writer.store(
                    [transition(one.record, one.record.given_up(), now=at) for one in claims]
                )
        except PortError as exc:
            _log.warning("%d claim(s) run out unused: %s", len(claims), exc)
            at = None
        self._leases.drop([one.held for one in claims])
        return at is not None

    def _is_refused(self, end: Ended, outcome: Swapped | Refused) -> bool:
        if isinstance(outcome, Swapped):
            self._time.learn(outcome.at)
            return False
        # The answer to an earlier try may have been lost after the swap took place.
        if end.change is not None and outcome.snapshot.record == end.change.record:
            return False
        _log.warning(
            "late result of %s refused: the task went on without it", end.claimed.record.key
        )
        return True
