"""Open tasks in the order of their deadlines."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import datetime
from itertools import takewhile

from ...domain.result_key import Address


class Deadlines:
    """A sorted set: finding the earliest costs no more than the answer."""

    def __init__(self) -> None:
        self._of: dict[Address, datetime] = {}
        self._sorted: list[tuple[datetime, Address]] = []

    def __len__(self) -> int:
        return len(self._of)

    def set(self, address: Address, deadline: datetime) -> None:
        """Watch a task, or move its deadline."""
        if self._of.get(address) == deadline:
            return
        self.remove(address)
        self._of[address] = deadline
        insort(self._sorted, (deadline, address))

    def remove(self, address: Address) -> None:
        """Watch a task no longer; what is not watched stays so."""
        deadline = self._of.pop(address, None)
        if deadline is not None:
            del self._sorted[bisect_left(self._sorted, (deadline, address))]

    def before(self, moment: datetime, *, limit: int) -> list[Address]:
        """The earliest tasks whose deadline lies before `moment`."""
        first = self._sorted[:limit]
        return [address for _, address in takewhile(lambda entry: entry[0] < moment, first)]
