"""The contracts of `TaskRecords`, `EventFeed` and `CancelSignals` catch each of these faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fleeting.adapters.memory.cancel_signals import MemoryCancelSignals
from fleeting.adapters.memory.event_feed import MemoryEventFeed
from fleeting.adapters.memory.store import MemoryStore
from fleeting.adapters.memory.task_records import MemoryTaskRecords
from fleeting.domain.change import Change, Refused, Snapshot, Swapped
from fleeting.domain.errors import InvalidQuery
from fleeting.domain.event import Event
from fleeting.domain.result_key import Address
from fleeting.ports.task_records import Reservation
from fleeting.testing import CancelSignalsContract, EventFeedContract, TaskRecordsContract


class LastReservationWins(MemoryTaskRecords):
    def _in_force(self, wanted: Reservation) -> Reservation | None:
        return None


class ReservesForEver(MemoryTaskRecords):
    async def reserve(self, wanted: Sequence[Reservation], keep: timedelta) -> list[Reservation]:
        return await super().reserve(wanted, keep + timedelta(days=1))


class ReservesAcrossNamespaces(MemoryTaskRecords):
    async def reserve(self, wanted: Sequence[Reservation], keep: timedelta) -> list[Reservation]:
        return await super().reserve([replace(r, namespace="") for r in wanted], keep)


class ReservesByKey(MemoryTaskRecords):
    async def reserve(self, wanted: Sequence[Reservation], keep: timedelta) -> list[Reservation]:
        answered = {r.name: r for r in await super().reserve(wanted, keep)}
        return [answered[name] for name in sorted(answered)]


class KeepsReservations(MemoryTaskRecords):
    async def discard(
        self, addresses: Sequence[Address], reservations: Sequence[Reservation] = ()
    ) -> None:
        await super().discard(addresses)


class GivesAwayReservations(MemoryTaskRecords):
    async def discard(
        self, addresses: Sequence[Address], reservations: Sequence[Reservation] = ()
    ) -> None:
        for reservation in reservations:
            self._reserved.pop((reservation.namespace, reservation.name), None)


class DiscardsAnything(MemoryTaskRecords):
    async def discard(
        self, addresses: Sequence[Address], reservations: Sequence[Reservation] = ()
    ) -> None:
        for address in addresses:
            self._store.drop(address)


class DiscardsRecordsButNotEntries(MemoryTaskRecords):
    async def discard(
        self, addresses: Sequence[Address], reservations: Sequence[Reservation] = ()
    ) -> None:
        return


class MarksAnything(MemoryTaskRecords):
    async def request_cancel(self, address: Address) -> Snapshot:
        if (cell := self._store.cell(address)) is not None:
            cell.cancel_requested = True
        return await super().request_cancel(address)


class MarksNothing(MemoryTaskRecords):
    async def request_cancel(self, address: Address) -> Snapshot:
        self._store.signals.send(address)
        return replace(await super().request_cancel(address), cancel_requested=False)


class SignalsAnything(MemoryTaskRecords):
    async def request_cancel(self, address: Address) -> Snapshot:
        self._store.signals.send(address)
        return await super().request_cancel(address)


class StopsAtRefusal(MemoryTaskRecords):
    async def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        outcomes: list[Swapped | Refused] = []
        for change in changes:
            if outcomes and isinstance(outcomes[-1], Refused):
                outcomes.append(outcomes[-1])
            else:
                outcomes += await super().store([change])
        return outcomes


class IncludesThePosition(MemoryEventFeed):
    async def read(self, namespace: str, after: str, **how: Any) -> Sequence[Event]:
        before = f"{max(0, int(after) - 1):016d}"
        return await super().read(namespace, before, **how)


class NewestFirst(MemoryEventFeed):
    async def read(self, namespace: str, after: str, **how: Any) -> Sequence[Event]:
        return (await super().read(namespace, after, **how))[::-1]


class TakesTheNewest(MemoryEventFeed):
    async def read(
        self, namespace: str, after: str, *, wait: timedelta, limit: int
    ) -> Sequence[Event]:
        return (await super().read(namespace, after, wait=wait, limit=99))[-limit:]


class StartsAtTheEnd(MemoryEventFeed):
    async def read(self, namespace: str, after: str, **how: Any) -> Sequence[Event]:
        if int(after) == 0:
            after = await self.latest(namespace)
        return await super().read(namespace, after, **how)


class HasNoPositionAtFirst(MemoryEventFeed):
    async def latest(self, namespace: str) -> str:
        found = await super().latest(namespace)
        return "" if int(found) == 0 else found


class TakesGarbageForTheStart(MemoryEventFeed):
    async def read(self, namespace: str, after: str, **how: Any) -> Sequence[Event]:
        return await super().read(namespace, after if after.isdigit() else "0" * 16, **how)


class RefusesForgottenPositions(MemoryEventFeed):
    async def read(self, namespace: str, after: str, **how: Any) -> Sequence[Event]:
        stream = self._store.events._streams.get(namespace, ())
        if stream and int(after) < int(stream[0].id) - 1:
            raise InvalidQuery("too old")
        return await super().read(namespace, after, **how)


class HearsAllNamespaces(MemoryEventFeed):
    async def read(self, namespace: str, after: str, **how: Any) -> Sequence[Event]:
        found = list(await super().read(namespace, after, **how))
        for other in self._store.events._streams:
            if other != namespace:
                found += self._store.events.since(other, int(after), limit=9)
        return found


class DoesNotWait(MemoryEventFeed):
    async def read(
        self, namespace: str, after: str, *, wait: timedelta, limit: int
    ) -> Sequence[Event]:
        return await super().read(namespace, after, wait=timedelta(0), limit=limit)


class TakesNoWaitForEver(MemoryEventFeed):
    """As `XREAD BLOCK 0` does."""

    async def read(
        self, namespace: str, after: str, *, wait: timedelta, limit: int
    ) -> Sequence[Event]:
        found = await super().read(namespace, after, wait=wait, limit=limit)
        if not found and not wait:
            # What would last for ever is as good as a time-out, and does not hold up this test.
            raise TimeoutError
        return found


class WakesOneReader(MemoryEventFeed):
    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._turn = asyncio.Lock()
        self._taken: set[str] = set()

    async def read(self, namespace: str, after: str, **how: Any) -> Sequence[Event]:
        found = await super().read(namespace, after, **how)
        fresh = [event for event in found if event.id not in self._taken]
        self._taken |= {event.id for event in fresh}
        return fresh


class CallsInTheCallersThread(MemoryCancelSignals):
    def listen(self, on_cancel: Callable[[Address], None]) -> Callable[[], None]:
        send = self._store.signals.send

        def send_here(address: Address) -> None:
            send(address)
            on_cancel(address)

        self._store.signals.send = send_here
        return lambda: setattr(self._store.signals, "send", send)


class HearsAfterStopping(MemoryCancelSignals):
    def listen(self, on_cancel: Callable[[Address], None]) -> Callable[[], None]:
        super().listen(on_cancel)
        return lambda: None


class DropsTheNamespace(MemoryCancelSignals):
    def listen(self, on_cancel: Callable[[Address], None]) -> Callable[[], None]:
        return super().listen(lambda address: on_cancel(Address("", address.key)))


RECORDS_FAULTS = [
    ({"records": LastReservationWins}, "test_first_reservation_wins"),
    ({"records": LastReservationWins}, "test_first_of_two_in_one_call_wins"),
    ({"records": ReservesForEver}, "test_reservation_ends"),
    ({"records": ReservesAcrossNamespaces}, "test_namespaces_have_their_own_reservations"),
    ({"records": ReservesByKey}, "test_reservations_are_answered_in_order"),
    ({"records": KeepsReservations}, "test_reservation_goes_with_its_record"),
    ({"records": GivesAwayReservations}, "test_reservation_of_another_task_stays"),
    ({"records": DiscardsAnything}, "test_only_queued_records_are_discarded"),
    ({"records": DiscardsRecordsButNotEntries}, "test_discarded_record_is_gone"),
    ({"records": MarksAnything}, "test_ended_task_is_left_alone"),
    ({"records": MarksNothing}, "test_open_task_is_marked"),
    ({"records": StopsAtRefusal}, "test_changes_are_independent_and_answered_in_order"),
]

FEED_FAULTS = [
    ({"feed": IncludesThePosition}, "test_every_event_is_a_position"),
    ({"feed": NewestFirst}, "test_events_come_oldest_first"),
    ({"feed": TakesTheNewest}, "test_limit_takes_the_oldest"),
    ({"feed": StartsAtTheEnd}, "test_nothing_announced_before_a_feed_is_lost"),
    ({"feed": HasNoPositionAtFirst}, "test_silent_feed_has_a_position"),
    ({"feed": TakesGarbageForTheStart}, "test_what_is_no_position_is_refused"),
    ({"feed": RefusesForgottenPositions}, "test_forgotten_positions_read_from_the_oldest_event"),
    ({"feed": HearsAllNamespaces}, "test_namespaces_are_apart"),
    ({"feed": DoesNotWait}, "test_wait_ends_without_an_event"),
    ({"feed": DoesNotWait}, "test_wait_ends_with_the_first_event"),
    ({"feed": TakesNoWaitForEver}, "test_no_wait_is_no_wait"),
    ({"feed": WakesOneReader}, "test_wait_ends_with_the_first_event"),
]

SIGNAL_FAULTS = [
    ({"signals": CallsInTheCallersThread}, "test_cancellation_is_heard_in_another_thread"),
    ({"signals": HearsAfterStopping}, "test_who_has_stopped_hears_nothing"),
    ({"signals": DropsTheNamespace}, "test_cancellation_is_heard"),
    ({"records": SignalsAnything}, "test_ended_task_is_not_signalled"),
]


@pytest.mark.parametrize(("parts", "test"), RECORDS_FAULTS)
def test_fault_of_task_records_is_caught(passes: Any, parts: dict[str, Any], test: str) -> None:
    assert passes(TaskRecordsContract, test)
    assert not passes(TaskRecordsContract, test, **parts)


@pytest.mark.parametrize(("parts", "test"), FEED_FAULTS)
def test_fault_of_an_event_feed_is_caught(passes: Any, parts: dict[str, Any], test: str) -> None:
    assert passes(EventFeedContract, test)
    assert not passes(EventFeedContract, test, **parts)


@pytest.mark.parametrize(("parts", "test"), SIGNAL_FAULTS)
def test_fault_of_cancel_signals_is_caught(passes: Any, parts: dict[str, Any], test: str) -> None:
    assert passes(CancelSignalsContract, test)
    assert not passes(CancelSignalsContract, test, **parts)
