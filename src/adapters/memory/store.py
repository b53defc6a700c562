"""The backend that the memory adapters of one result store share."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import RLock

from ...domain.change import Change, Refused, Swapped
from ...domain.event import EventKind
from ...domain.quarantine import Loss, Quarantine, SourceName
from ...domain.result_key import Address
from ...domain.usage import Usage
from ...domain.worker_facts import WorkerFacts
from .cells import Cell, snapshot
from .clock import wall_time
from .deadlines import Deadlines
from .event_log import EventLog
from .signal_board import SignalBoard
from .switch import Switch


class MemoryStore:
    """Cells that expire, the lists over them, announcements and signals.

    Who uses it holds `lock`, so that each operation is one step for everybody else. What has
    expired is in no answer, and is thrown away at the next change.
    """

    def __init__(self, now: Callable[[], datetime] = wall_time) -> None:
        self.now = now
        self.lock = RLock()
        self.switch = Switch()
        self.events = EventLog()
        self.signals = SignalBoard()
        self.deadlines = Deadlines()
        self.workers: dict[str, tuple[WorkerFacts, datetime]] = {}
        self.losses: dict[SourceName, dict[tuple[str, int], Loss]] = {}
        self.quarantines: dict[SourceName, tuple[Quarantine, datetime]] = {}
        self._cells: dict[Address, Cell] = {}
        self._keys: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._expiries: list[tuple[datetime, Address]] = []

    async def ping(self) -> None:
        """Return if the backend is on; see `SupportsPing`."""
        self.switch.check()

    def cell(self, address: Address) -> Cell | None:
        """The live cell at an address."""
        cell = self._cells.get(address)
        return None if cell is None or cell.expires <= self.now() else cell

    def cells(self, namespace: str, function: str) -> Iterator[tuple[Address, Cell]]:
        """Live cells of a function, in the order of their keys."""
        for key in sorted(self._keys.get(namespace, {}).get(function, ())):
            address = Address(namespace, key)
            if (cell := self.cell(address)) is not None:
                yield address, cell

    def functions(self, namespace: str) -> list[str]:
        """Functions that have, or had lately, anything stored; by name."""
        return sorted(self._keys.get(namespace, ()))

    def usage(self, namespace: str) -> Usage:
        """What a namespace has; the cost grows with it, as nothing is counted here."""
        names = self.functions(namespace)
        cells = [cell for name in names for _, cell in self.cells(namespace, name)]
        values = [cell for cell in cells if cell.value is not None]
        first = min((cell.expires for cell in values), default=None)
        return Usage(
            open_tasks=sum(not cell.status.is_final for cell in cells),
            live_bytes=sum(len(cell.value or b"") for cell in values),
            relief=None if first is None else first - self.now(),
        )

    def swap(self, change: Change) -> Swapped | Refused:
        """Compare and swap; announce and list what took place."""
        self._throw_away()
        address, at = change.record.address, self.now()
        cell = self.cell(address)
        is_allowed = change.expected is None if cell is None else cell.allows(change, at=at)
        if not is_allowed:
            return Refused(snapshot(address, cell, at=at))
        marked = cell is not None and cell.cancel_requested
        self._put(address, Cell.holding(change, at=at, marked=marked))
        self.announce(address, "status")
        return Swapped(at)

    def drop(self, address: Address) -> None:
        """Remove a cell and its entries in all lists."""
        self._cells.pop(address, None)
        self.deadlines.remove(address)
        keys = self._keys[address.namespace][address.function]
        keys.discard(address.key)
        if not keys:
            del self._keys[address.namespace][address.function]

    def corrupt(self, address: Address) -> None:
        """Put garbage in the place of a record, as a stranger on a shared server might."""
        self._cells[address].record = b"\x80garbage"

    def announce(self, address: Address, kind: EventKind) -> None:
        """Tell whoever follows the namespace to look at the cell at `address`."""
        cell = self._cells[address]
        self.events.append(address, kind, cell.status, cell.attempt)

    def _put(self, address: Address, cell: Cell) -> None:
        self._cells[address] = cell
        self._keys[address.namespace][address.function].add(address.key)
        heapq.heappush(self._expiries, (cell.expires, address))
        if cell.status.is_final:
            self.deadlines.remove(address)
        else:
            self.deadlines.set(address, cell.deadline)

    def _throw_away(self) -> None:
        now = self.now()
        while self._expiries and self._expiries[0][0] <= now:
            _, address = heapq.heappop(self._expiries)
            cell = self._cells.get(address)
            if cell is not None and cell.expires <= now:
                self.drop(address)
