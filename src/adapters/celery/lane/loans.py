"""Slots lent to messages that go Celery's own way: both ways share what the worker may run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

Begin = Callable[["Loan"], None]


class Loan:
    """One slot for one run; `since` when, None: it is asked for."""

    __slots__ = ("begin", "since")

    def __init__(self, begin: Begin) -> None:
        self.begin = begin
        self.since: float | None = None


class Loans:
    """Who has a slot of the board, and who waits for one.

    The board asks under its lock. Where one slot is left and both want it, they take turns: one
    batch of the lane, one run of the others.
    """

    def __init__(self) -> None:
        self._asked: deque[Loan] = deque()
        self._out: set[Loan] = set()
        self._is_lanes_turn = False

    def __len__(self) -> int:
        return len(self._out)

    def ask(self, loan: Loan) -> None:
        """Have it begin when its turn has come."""
        self._asked.append(loan)

    def grant(self, left: int, now: float, *, is_lane_waiting: bool) -> None:
        """Lend what is left to those who have waited longest."""
        while self._asked and left > 0:
            if left == 1 and is_lane_waiting and self._is_lanes_turn:
                return
            loan = self._asked.popleft()
            loan.since = now
            self._out.add(loan)
            self._is_lanes_turn = True
            left -= 1
            loan.begin(loan)

    def had_turn(self) -> None:
        """The lane has taken a batch."""
        self._is_lanes_turn = False

    def end(self, loan: Loan) -> None:
        """Have the slot back."""
        self._out.discard(loan)

    def begun_before(self, moment: float) -> int:
        """How many slots have been lent since before that."""
        return sum(loan.since is not None and loan.since < moment for loan in self._out)
