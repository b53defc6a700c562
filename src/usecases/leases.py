"""Keep the claims of this process alive, and end the runs that lost theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock

from ..domain.change import Hold
from ..domain.errors import PortError
from ..domain.result_key import Address
from ..ports.clock import Clock
from ..ports.result_store import ResultWriter


@dataclass(slots=True, eq=False)
class Held:
    """A claim in use; the two flags tell a run why it was stopped."""

    hold: Hold
    stop: Callable[[], None]
    cancelled: bool = field(default=False)
    taken_over: bool = field(default=False)


class Leases:
    """All claims that this process holds; somebody calls `beat` a few times per lease."""

    def __init__(self, *, writer: ResultWriter, clock: Clock, lease: timedelta) -> None:
        self._writer = writer
        self._clock = clock
        self._lease = lease
        self._held: dict[Address, Held] = {}
        self._lock = Lock()
        self._served_since: timedelta | None = None

    @property
    def lease(self) -> timedelta:
        """How long a claim is valid without a heartbeat."""
        return self._lease

    @property
    def served(self) -> timedelta:
        """How long the store has answered every heartbeat without a break."""
        since = self._served_since
        return self._clock.elapsed() - since if since is not None else timedelta(0)

    @contextmanager
    def hold(self, hold: Hold, stop: Callable[[], None]) -> Iterator[Held]:
        """Keep `hold` alive while the block runs; `stop` is called if the run must end."""
        held = Held(hold, stop)
        with self._lock:
            self._held[hold.address] = held
        try:
            yield held
        finally:
            with self._lock:
                self._held.pop(hold.address, None)

    def cancel(self, address: Address) -> None:
        """End the run at `address` if it is one of this process."""
        held = self._held.get(address)
        if held is not None:
            held.cancelled = True
            held.stop()

    def beat(self) -> bool:
        """Renew every hold in one round trip; False if the store did not answer.

        Called also without holds: an idle worker must know how long the store has been there.
        """
        with self._lock:
            holds = [held.hold for held in self._held.values()]
        try:
            renewals = self._writer.renew(holds, self._lease)
        except PortError:
            self._served_since = None
            return False
        if self._served_since is None:
            self._served_since = self._clock.elapsed()
        for renewal in renewals:
            if renewal.cancel_requested:
                self.cancel(renewal.hold.address)
            elif not renewal.is_held:
                self._give_up(renewal.hold)
        return True

    def _give_up(self, hold: Hold) -> None:
        held = self._held.get(hold.address)
        if held is not None and held.hold == hold:
            held.taken_over = True
            held.stop()
