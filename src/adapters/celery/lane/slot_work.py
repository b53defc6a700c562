"""What a slot does all day: claim what the board has for it, run it, pass on how it ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from ....usecases.execute import Claimed
from ..execution import Execution
from .accounts import Accounts
from .board import Board, Slot
from .finisher import Finisher
from .leaving import Leaving
from .pace import Pace
from .parcel import Parcel

_log: Final = logging.getLogger(__name__)


class SlotWork:
    """The work of any number of slots, each in a thread of its own."""

    def __init__(
        self,
        board: Board,
        pace: Pace,
        *,
        accounts: Accounts,
        leaving: Leaving,
        finisher: Finisher,
        execution: Callable[[], Execution],
    ) -> None:
        self._board = board
        self._pace = pace
        self._accounts = accounts
        self._leaving = leaving
        self._finisher = finisher
        self._execution = execution

    def run(self, slot: Slot) -> None:
        """Work until the board closes."""
        while work := self._board.take(slot):
            try:
                self._step(slot, work)
            except Exception:  # noqa: BLE001 - a slot that ended would be missing for good
                _log.exception("a slot failed over %s", work[0].task.key)

    def _step(self, slot: Slot, work: Sequence[Parcel]) -> None:
        claimed = work[0].claimed
        if claimed is None:
            self._claim(slot, [parcel for parcel in work if not self._is_revoked(parcel)])
        else:
            self._run(slot, work[0], claimed)

    def _claim(self, slot: Slot, parcels: Sequence[Parcel]) -> None:
        try:
            outcomes = self._finisher.turn([parcel.task for parcel in parcels])
        except Exception as exc:  # noqa: BLE001 - one that cannot be read must not hold up others
            if len(parcels) == 1:
                self._leaving.delay(parcels[0], exc)
            else:
                for parcel in parcels:
                    self._claim(slot, [parcel])
            return
        ready = []
        for parcel, outcome in zip(parcels, outcomes, strict=True):
            if isinstance(outcome, Claimed):
                parcel.claimed = outcome
                ready.append(parcel)
            else:
                self._finisher.finish(parcel, outcome)
        self._board.put(slot, ready)

    def _run(self, slot: Slot, parcel: Parcel, claimed: Claimed) -> None:
        self._accounts.started(parcel.request)
        began = time.monotonic()
        try:
            ended = self._execution().perform(claimed)
        except Exception as exc:  # noqa: BLE001 - whatever it is, the message must not be lost
            self._execution().abandon(claimed)
            self._leaving.delay(parcel, exc)
            return
        self._pace.observe(parcel.kind, time.monotonic() - began)
        if self._board.has_more(slot):
            self._finisher.put(parcel, ended)
        else:
            slot.is_finishing = True
            self._finisher.finish(parcel, ended)

    def _is_revoked(self, parcel: Parcel) -> bool:
        """Celery's own revocation of what has not begun: the message is dropped, as ever."""
        from celery.worker import state

        if parcel.request.id not in state.revoked:
            return False
        self._accounts.revoked(parcel.request)
        self._leaving.acknowledge([parcel])
        return True
