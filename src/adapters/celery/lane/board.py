"""What waits on the lane and who works: slots take from here, and what is stuck is found here."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Condition, Event, Lock
from typing import Final

from .loans import Begin, Loan, Loans
from .pace import Kind, Pace
from .parcel import Parcel, note_active
from .room import AHEAD_SECONDS, MOST

_BATCH_SECONDS: Final = 0.01
"""What a slot takes at once is run in about this time, so that it holds nothing back for long."""

_MOST: Final = 64
"""Parcels in a batch: more would not make round trips any cheaper."""

_STUCK_SECONDS: Final = 0.03
"""A slot that is busy with one thing for so long does not get to what waits behind it."""

_LONGEST_PATIENCE: Final = 1.0
"""Between two hand-backs: where no other worker is free, the same messages come back here."""


class Slot:
    """One of the threads that run scripts, and what it has claimed."""

    __slots__ = ("is_finishing", "ready", "since")

    def __init__(self) -> None:
        self.ready: deque[Parcel] = deque()
        self.since: float | None = None
        """Since when it has been busy with the present thing; None: it waits for work."""
        self.is_finishing = False
        """Whether the run is over, and the store is told of its end."""

    def begin(self) -> None:
        """Note that it begins something."""
        self.since = time.monotonic()
        self.is_finishing = False


class Board:
    """Shared by the slots, who takes messages in, and the watcher. Every method takes the lock."""

    def __init__(self, slots: int, pace: Pace) -> None:
        lock = Lock()
        self.slots: Final = tuple(Slot() for _ in range(slots))
        self._pace = pace
        self._work = Condition(lock)
        self._watch = Condition(lock)
        self._end = Condition(lock)
        self._inbox: deque[Parcel] = deque()
        self._loans = Loans()
        self._patience = _STUCK_SECONDS
        self._is_closed = False

    def offer(self, parcel: Parcel) -> None:
        """Put a message in."""
        with self._work:
            self._inbox.append(parcel)
            self._work.notify()
            if self._left() <= 0:
                self._watch.notify()

    def room(self, kind: Kind) -> int:
        """How many calls of a kind the slots that are not stuck will run soon; may be negative."""
        with self._work:
            free = len(self.slots) - self.busy()
            ahead = self._pace.ahead(kind, AHEAD_SECONDS, most=MOST)
            getting_on = free - self._left()
            return free * ahead - getting_on - self._count_waiting()

    def waiting(self) -> int:
        """How many parcels no slot works on."""
        with self._work:
            return self._count_waiting()

    def take(self, slot: Slot) -> list[Parcel]:
        """What the slot does next: run one claimed parcel, or claim some; nothing: it ends."""
        with self._work:
            slot.since = None
            self._patience = _STUCK_SECONDS
            if not slot.ready:
                self._lend()
            while not self._is_closed:
                if self._left() > 0 and (found := self._find(slot)):
                    slot.begin()
                    if self._inbox:
                        # Nobody was told of it for as long as this slot was idle.
                        self._watch.notify()
                    return found
                self._work.wait()
            return []

    def put(self, slot: Slot, claimed: Sequence[Parcel]) -> None:
        """Leave claimed parcels with the slot that claimed them."""
        with self._work:
            slot.ready.extend(claimed)
            if len(claimed) > 1:
                self._watch.notify()

    def stuck(self) -> list[Parcel]:
        """Wait until parcels wait behind slots that are all stuck, and take them out.

        Empty: the lane has ended.
        """
        with self._watch:
            while not self._is_closed:
                if not self._is_anything_waiting():
                    self._watch.wait()
                    continue
                # On a condition of its own: else it would hear what is said to the slots.
                self._end.wait(self._patience)
                if self._are_all_stuck():
                    if out := self._take_waiting():
                        self._patience = min(2 * self._patience, _LONGEST_PATIENCE)
                        return out
                else:
                    self._work.notify_all()  # an idle slot may take over from a stuck one
            return []

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Keep one slot from the lane for the length of the block; waits until there is one."""
        is_granted = Event()
        loan = self.ask(lambda _: is_granted.set())
        is_granted.wait()
        try:
            yield
        finally:
            self.end(loan)

    def ask(self, begin: Begin) -> Loan:
        """Lend one slot as soon as there is one: then `begin` is called, by any thread, briefly."""
        loan = Loan(begin)
        with self._work:
            self._loans.ask(loan)
            self._lend()
        return loan

    def end(self, loan: Loan) -> None:
        """Have a slot back that was lent."""
        with self._work:
            self._loans.end(loan)
            self._lend()
            self._work.notify_all()

    @property
    def is_working(self) -> bool:
        """Whether any slot runs something."""
        return any(slot.since is not None and not slot.is_finishing for slot in self.slots)

    def has_more(self, slot: Slot) -> bool:
        """Whether there is something that the slot will do next."""
        return bool(slot.ready or self._inbox)

    def busy(self) -> int:
        """How many slots are stuck, or have been lent for as long."""
        now = time.monotonic()
        stuck = sum(_is_stuck(slot, now) for slot in self.slots)
        return stuck + self._loans.begun_before(now - _STUCK_SECONDS)

    def clear(self) -> list[Parcel]:
        """Take out what nobody has claimed, but for calls of chunks that are being run."""
        with self._work:
            staying = [parcel for parcel in self._inbox if parcel.stays]
            out = [parcel for parcel in self._inbox if not parcel.stays]
            self._inbox = deque(staying)
            return out

    def close(self) -> list[Parcel]:
        """End the slots once they are through with what they run; returns all that waits."""
        with self._work:
            self._is_closed = True
            self._work.notify_all()
            self._watch.notify_all()
            self._end.notify_all()
            return self._take_waiting()

    def _find(self, slot: Slot) -> list[Parcel]:
        if slot.ready:
            return [slot.ready.popleft()]
        now = time.monotonic()
        for other in self.slots:
            if other.ready and _is_stuck(other, now):
                return [other.ready.popleft()]
        return self._batch()

    def _batch(self) -> list[Parcel]:
        batch: list[Parcel] = []
        places: set[tuple[str, str]] = set()
        left = _BATCH_SECONDS
        share = -(-len(self._inbox) // self._left())
        self._loans.had_turn()
        while self._inbox and len(batch) < min(share, _MOST):
            parcel = self._inbox[0]
            expected = self._pace.expected(parcel.kind)
            left -= _BATCH_SECONDS if expected is None else expected
            if batch and (left < 0 or parcel.place in places):
                break
            places.add(parcel.place)
            batch.append(self._inbox.popleft())
            parcel.begin()
            note_active(parcel.request)
        return batch

    def _left(self) -> int:
        """How many more runs may begin."""
        busy = sum(slot.since is not None for slot in self.slots)
        return len(self.slots) - busy - len(self._loans)

    def _lend(self) -> None:
        waiting = bool(self._inbox)
        self._loans.grant(self._left(), time.monotonic(), is_lane_waiting=waiting)
        if waiting:
            self._watch.notify()

    def _count_waiting(self) -> int:
        return len(self._inbox) + sum(len(slot.ready) for slot in self.slots)

    def _is_anything_waiting(self) -> bool:
        return bool(self._inbox) or any(slot.ready for slot in self.slots)

    def _are_all_stuck(self) -> bool:
        return self.busy() >= len(self.slots)

    def _take_waiting(self) -> list[Parcel]:
        out = [parcel for slot in self.slots for parcel in slot.ready]
        for slot in self.slots:
            slot.ready.clear()
        out += self._inbox
        self._inbox.clear()
        return out


def _is_stuck(slot: Slot, now: float) -> bool:
    return slot.since is not None and now - slot.since > _STUCK_SECONDS
