"""What waits on the lane and who works: slots take from here, and what is stuck is found here."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from threading import Condition, Lock
from typing import Final

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
        self._patience = _STUCK_SECONDS
        self._is_closed = False

    def offer(self, parcel: Parcel) -> None:
        """Put a message in."""
        with self._work:
            self._inbox.append(parcel)
            self._work.notify()
            if all(slot.since is not None for slot in self.slots):
                self._watch.notify()

    def room(self, kind: Kind) -> int:
        """How many calls of a kind the slots that are not stuck will run soon; may be negative."""
        with self._work:
            now = time.monotonic()
            free = [slot for slot in self.slots if not _is_stuck(slot, now)]
            ahead = self._pace.ahead(kind, AHEAD_SECONDS, most=MOST)
            busy = sum(slot.since is not None for slot in free)
            return len(free) * ahead - busy - self._count_waiting()

    def waiting(self) -> int:
        """How many parcels no slot works on."""
        with self._work:
            return self._count_waiting()

    def take(self, slot: Slot) -> list[Parcel]:
        """What the slot does next: run one claimed parcel, or claim some; nothing: it ends."""
        with self._work:
            slot.since = None
            self._patience = _STUCK_SECONDS
            while not self._is_closed:
                if found := self._find(slot):
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

    @property
    def is_working(self) -> bool:
        """Whether any slot runs something."""
        return any(slot.since is not None and not slot.is_finishing for slot in self.slots)

    def has_more(self, slot: Slot) -> bool:
        """Whether there is something that the slot will do next."""
        return bool(slot.ready or self._inbox)

    def busy(self) -> int:
        """How many slots are stuck."""
        now = time.monotonic()
        return sum(_is_stuck(slot, now) for slot in self.slots)

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
        share = -(-len(self._inbox) // sum(slot.since is None for slot in self.slots))
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

    def _count_waiting(self) -> int:
        return len(self._inbox) + sum(len(slot.ready) for slot in self.slots)

    def _is_anything_waiting(self) -> bool:
        return bool(self._inbox) or any(slot.ready for slot in self.slots)

    def _are_all_stuck(self) -> bool:
        now = time.monotonic()
        return all(_is_stuck(slot, now) for slot in self.slots)

    def _take_waiting(self) -> list[Parcel]:
        out = [parcel for slot in self.slots for parcel in slot.ready]
        for slot in self.slots:
            slot.ready.clear()
        out += self._inbox
        self._inbox.clear()
        return out


def _is_stuck(slot: Slot, now: float) -> bool:
    return slot.since is not None and now - slot.since > _STUCK_SECONDS
