"""Store how runs ended, as many at a time as have ended; then their messages have served."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from threading import Condition
from typing import Final

from ....domain.task import Task
from ....usecases.execute import Again, Claimed, Done, Ended
from ..execution import Execution
from .parcel import Parcel

_log: Final = logging.getLogger(__name__)

_DELAY_SECONDS: Final = 0.01
"""How long the end of a run waits for others, while its slot has more to run: twice as long as a
batch takes, so that mostly the slot itself stores it when it claims the next one."""

Pair = tuple[Parcel, "Ended | Done | Again"]


class Finisher:
    """One thread's work: `run`. `put`, `finish` and `turn` are called by the slots."""

    def __init__(
        self,
        execution: Callable[[], Execution],
        conclude: Callable[[Sequence[tuple[Parcel, Done | Again | Exception]]], None],
    ) -> None:
        self._execution = execution
        self._conclude = conclude
        self._changed = Condition()
        self._pairs: list[Pair] = []
        self._due = 0.0
        self._is_closed = False
        self._is_asleep = False
        self._busy = 0

    def put(self, parcel: Parcel, outcome: Ended | Done | Again) -> None:
        """Take the end of a run, or what else became of a parcel, for soon."""
        with self._changed:
            if not self._pairs:
                self._due = time.monotonic() + _DELAY_SECONDS
                if self._is_asleep:
                    self._changed.notify_all()
            self._pairs.append((parcel, outcome))

    def finish(self, parcel: Parcel, outcome: Ended | Done | Again) -> None:
        """Finish this, and all that was put in, in the caller's thread.

        For a slot that has nothing else to do: to wake up another thread costs as much as a short
        run, and who waits for the result waits for that too.
        """
        self._see_to([*self._take(), (parcel, outcome)])

    def turn(self, tasks: Sequence[Task]) -> list[Claimed | Done | Again]:
        """Claim tasks, and finish in the same round trip all that was put in.

        Raises:
            Exception: whatever keeps tasks from being claimed; what was put in is seen to.
        """
        pairs = self._take()
        try:
            settled, claims = self._execution().turn(_ends(pairs), tasks)
        except Exception:
            self._see_to(pairs)
            raise
        self._see_to(pairs, settled)
        return claims

    def run(self) -> None:
        """Finish what is put in, until `close`."""
        while pairs := self._next():
            self._see_to(pairs)

    def close(self, seconds: float) -> None:
        """Finish what is there, for up to so long, and end."""
        with self._changed:
            self._is_closed = True
            self._due = 0.0
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._pairs and not self._busy, seconds)

    def _next(self) -> list[Pair]:
        with self._changed:
            while not self._is_closed or self._pairs:
                left = self._due - time.monotonic()
                if self._pairs and left <= 0:
                    return self._taken()
                # After a busy moment it looks by itself: to be woken up for each batch costs more.
                self._is_asleep = left <= -_DELAY_SECONDS
                if self._is_asleep:
                    self._changed.wait()
                else:
                    self._changed.wait(left if self._pairs else _DELAY_SECONDS)
                self._is_asleep = False
            return []

    def _take(self) -> list[Pair]:
        with self._changed:
            return self._taken()

    def _taken(self) -> list[Pair]:
        """All that was put in; its taker has to `_see_to` it."""
        pairs, self._pairs = self._pairs, []
        self._busy += 1
        return pairs

    def _see_to(self, pairs: Sequence[Pair], settled: Sequence[Done | Again] | None = None) -> None:
        try:
            self._finish(pairs, self._settle(_ends(pairs)) if settled is None else settled)
        except Exception:  # noqa: BLE001 - whatever it is, others are to be finished
            _log.exception("%d message(s) could not be finished", len(pairs))
        with self._changed:
            self._busy -= 1
            if self._is_closed:
                self._changed.notify_all()

    def _finish(self, pairs: Sequence[Pair], settled: Sequence[Done | Again | Exception]) -> None:
        told = iter(settled)
        if pairs:
            self._conclude(
                [(one, next(told) if isinstance(end, Ended) else end) for one, end in pairs]
            )

    def _settle(self, ends: Sequence[Ended]) -> list[Done | Again | Exception]:
        if not ends:
            return []
        execution = self._execution()
        try:
            return list(execution.settle(ends))
        except Exception as exc:  # noqa: BLE001 - one that cannot be stored must not hold up others
            if len(ends) > 1:
                return [outcome for end in ends for outcome in self._settle([end])]
            execution.abandon(ends[0].claimed)
            return [exc]


def _ends(pairs: Sequence[Pair]) -> list[Ended]:
    return [end for _, end in pairs if isinstance(end, Ended)]
