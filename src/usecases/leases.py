"""Keep the claims of this process alive, and end the runs that lost theirs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Lock
from typing import Final

from ..domain.change import Hold, Renewal
from ..domain.errors import PortError
from ..domain.result_key import Address
from ..ports.clock import Clock
from ..ports.result_store import ResultWriter

_log: Final = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Held:
    """A claim in use; two flags tell a run why it was stopped."""

    hold: Hold
    stop: Callable[[], None]
    cancelled: bool = field(default=False)
    taken_over: bool = field(default=False)
    is_over: bool = field(default=False)
    """The run has ended by itself: what becomes of the claim is known when its end is stored."""


@dataclass(frozen=True, slots=True)
class _Service:
    """A time in which the store answered every heartbeat, by `Clock.elapsed`."""

    since: timedelta
    until: timedelta


class Leases:
    """All claims that this process holds; somebody calls `beat` a few times per lease.

    `beat` is called by one thread, everything else by any.
    """

    def __init__(self, *, writer: ResultWriter, clock: Clock, lease: timedelta) -> None:
        self._writer = writer
        self._clock = clock
        self._lease = lease
        self._held: dict[Hold, Held] = {}
        self._lock = Lock()
        self._service: _Service | None = None

    @property
    def lease(self) -> timedelta:
        """How long a claim is valid without a heartbeat."""
        return self._lease

    @property
    def served(self) -> timedelta:
        """How long the store has answered every heartbeat without a break."""
        service = self._service
        if service is None or self._is_broken(service):
            return timedelta(0)
        return service.until - service.since

    @contextmanager
    def hold(self, hold: Hold, stop: Callable[[], None]) -> Iterator[Held]:
        """Keep `hold` alive while the block runs; `stop` is called if the run must end."""
        with self.kept(self.take(hold, stop)) as held:
            yield held

    @contextmanager
    def kept(self, held: Held) -> Iterator[Held]:
        """Keep what `take` returned until the block ends, in whatever way."""
        try:
            yield held
        finally:
            self.drop([held])

    def take(self, hold: Hold, stop: Callable[[], None]) -> Held:
        """Keep `hold` alive until `drop`; `stop` is called if the run must end."""
        held = Held(hold, stop)
        with self._lock:
            self._held[hold] = held
        return held

    def drop(self, helds: Iterable[Held]) -> None:
        """Keep these alive no longer; those that are kept no more are left alone."""
        with self._lock:
            for held in helds:
                if self._held.get(held.hold) is held:
                    del self._held[held.hold]

    def release(self) -> None:
        """Let go of every claim, because this worker stops.

        Others may take over at once, and do not take this worker for lost. How runs end that still
        go on is of no account any more: it is their worker's end that ends them.

        Raises:
            PortError: the store did not answer; then the claims run out by themselves.
        """
        helds = self._all_held()
        for held in helds:
            held.taken_over = True
        if helds:
            self._writer.renew([held.hold for held in helds], timedelta(0))

    def cancel(self, address: Address) -> None:
        """End the run at `address` if it is one of this process."""
        for held in self._all_held():
            if held.hold.address == address:
                held.cancelled = True
                held.stop()

    def beat(self) -> bool:
        """Renew every hold in one round trip; False if the store did not answer.

        Called also without holds: an idle worker must know how long the store has been there.
        """
        # What was let go of or lost must not come to life again.
        holds = [held.hold for held in self._all_held() if not held.taken_over]
        try:
            renewals = self._writer.renew(holds, self._lease)
        except PortError:
            self._service = None
            return False
        self._note_answer()
        for renewal in renewals:
            self._heed(renewal)
        return True

    def _note_answer(self) -> None:
        now, service = self._clock.elapsed(), self._service
        if service is None or self._is_broken(service):
            service = _Service(since=now, until=now)
        self._service = replace(service, until=now)

    def _is_broken(self, service: _Service) -> bool:
        # A store or a process that stood still raises no error: the gap between two answers
        # tells. In half a lease one heartbeat, in a longer gap every lease may have run out.
        return self._clock.elapsed() - service.until > self._lease / 2

    def _heed(self, renewal: Renewal) -> None:
        if renewal.cancel_requested:
            self.cancel(renewal.hold.address)
        elif not renewal.is_held:
            self._give_up(renewal.hold)

    def _give_up(self, hold: Hold) -> None:
        with self._lock:
            held = self._held.get(hold)
        if held is not None and not held.taken_over and not held.is_over:
            _log.warning("%s was taken over: its run here is ended", hold.address.key)
            held.taken_over = True
            held.stop()

    def _all_held(self) -> list[Held]:
        with self._lock:
            return list(self._held.values())
