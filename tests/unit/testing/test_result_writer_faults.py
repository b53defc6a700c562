"""The `ResultWriter` contract catches each of these faults."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fleeting.adapters.memory.cells import Cell
from fleeting.adapters.memory.result_store import MemoryResultWriter
from fleeting.adapters.memory.store import MemoryStore
from fleeting.domain.change import Change, Hold, Note, Refused, Renewal, Snapshot, Swapped
from fleeting.domain.event import EventKind
from fleeting.domain.result_key import Address
from fleeting.testing import ResultWriterContract


class SortsSnapshots(MemoryResultWriter):
    def load(self, addresses: Sequence[Address]) -> list[Snapshot]:
        return super().load(sorted(addresses))


class SkipsEmptyPlaces(MemoryResultWriter):
    def load(self, addresses: Sequence[Address]) -> list[Snapshot]:
        found = super().load(addresses)
        return [s for s in found if s.record is not None] or found[:1]


class RoundsToSeconds(MemoryResultWriter):
    def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        return super().store([replace(c, record=self._rounded(c)) for c in changes])

    @staticmethod
    def _rounded(change: Change) -> Any:
        record = change.record
        return record.model_copy(
            update={"run_time": record.run_time and timedelta(seconds=record.run_time.seconds)}
        )


class TellsNaiveTime(MemoryResultWriter):
    def load(self, addresses: Sequence[Address]) -> list[Snapshot]:
        return [replace(s, at=s.at.replace(tzinfo=None)) for s in super().load(addresses)]


class StopsAtRefusal(MemoryResultWriter):
    def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        outcomes: list[Swapped | Refused] = []
        for change in changes:
            if outcomes and isinstance(outcomes[-1], Refused):
                outcomes.append(outcomes[-1])
            else:
                outcomes += super().store([change])
        return outcomes


class ReformatsValues(MemoryResultWriter):
    def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        return super().store(
            [
                replace(
                    c, value=None if c.value is None else json.dumps(json.loads(c.value)).encode()
                )
                for c in changes
            ]
        )


class TellsOfNothingWhenRefusing(MemoryResultWriter):
    def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        return [
            Refused(replace(o.snapshot, record=None, lease_left=None))
            if isinstance(o, Refused)
            else o
            for o in super().store(changes)
        ]


class AddsToLeases(MemoryResultWriter):
    def _renew(self, hold: Hold, lease: timedelta) -> Renewal:
        cell = self._store.cell(hold.address)
        left = cell.lease_until - self._store.now() if cell and cell.lease_until else timedelta(0)
        return super()._renew(hold, lease + left)


class HoldsAnyAttempt(MemoryResultWriter):
    def _renew(self, hold: Hold, lease: timedelta) -> Renewal:
        cell = self._store.cell(hold.address)
        return super()._renew(replace(hold, version=cell.version) if cell else hold, lease)


class RefusesLateHeartbeats(MemoryResultWriter):
    def _renew(self, hold: Hold, lease: timedelta) -> Renewal:
        cell = self._store.cell(hold.address)
        if cell and cell.lease_until and cell.lease_until <= self._store.now():
            return Renewal(hold, is_held=False, cancel_requested=False)
        return super()._renew(hold, lease)


class RenewsOnlyWhatIsHeld(MemoryResultWriter):
    def renew(self, holds: Sequence[Hold], lease: timedelta) -> list[Renewal]:
        return [r for r in super().renew(holds, lease) if r.is_held]


class ForgetsToTellOfCancellation(MemoryResultWriter):
    def renew(self, holds: Sequence[Hold], lease: timedelta) -> list[Renewal]:
        return [replace(r, cancel_requested=False) for r in super().renew(holds, lease)]


class AsksNothingWithoutHolds(MemoryResultWriter):
    def renew(self, holds: Sequence[Hold], lease: timedelta) -> list[Renewal]:
        return super().renew(holds, lease) if holds else []


class ProlongsWithHeartbeats(MemoryResultWriter):
    def _renew(self, hold: Hold, lease: timedelta) -> Renewal:
        if (cell := self._store.cell(hold.address)) is not None:
            cell.expires = max(cell.expires, self._store.now() + lease)
        return super()._renew(hold, lease)


class AcceptsAnyNote(MemoryResultWriter):
    def report(self, notes: Sequence[Note]) -> None:
        held = []
        for note in notes:
            cell = self._store.cell(note.hold.address)
            version = cell.version if cell else note.hold.version
            held.append(replace(note, hold=replace(note.hold, version=version)))
        super().report(held)


class AppendsOutput(MemoryResultWriter):
    def report(self, notes: Sequence[Note]) -> None:
        for note in notes:
            cell = self._store.cell(note.hold.address)
            before = (cell.output or b"").decode() if cell else ""
            super().report([replace(note, output=before + (note.output or ""))])


class OverwritesWithNone(MemoryResultWriter):
    def report(self, notes: Sequence[Note]) -> None:
        for note in notes:
            if (cell := self._store.cell(note.hold.address)) is not None:
                cell.progress = cell.output = None
        super().report(notes)


class StopsAtTheFirstIgnoredNote(MemoryResultWriter):
    def report(self, notes: Sequence[Note]) -> None:
        for note in notes:
            cell = self._store.cell(note.hold.address)
            if cell is None or not cell.is_held(note.hold):
                return
            super().report([note])


class AnnouncesNotesTooEarly(MemoryResultWriter):
    def report(self, notes: Sequence[Note]) -> None:
        for note in notes:
            self._store.announce(note.hold.address, "progress")
        time.sleep(0.02)
        super().report(notes)


class LoadsNotes(MemoryResultWriter):
    def load(self, addresses: Sequence[Address]) -> list[Snapshot]:
        return [
            replace(s, record=cell.shown_record(s.address)) if cell else s
            for s in super().load(addresses)
            for cell in [self._store.cell(s.address)]
        ]


class LetsTheVendorThrough(MemoryResultWriter):
    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        store.switch.check = self._check

    def _check(self) -> None:
        raise ConnectionRefusedError


class IgnoresVersions(MemoryStore):
    def swap(self, change: Change) -> Swapped | Refused:
        cell = self.cell(change.record.address)
        return super().swap(replace(change, expected=cell.version if cell else None))


class IgnoresLeases(MemoryStore):
    def swap(self, change: Change) -> Swapped | Refused:
        return super().swap(replace(change, only_if_stale=False))


class AlwaysRespectsLeases(MemoryStore):
    def swap(self, change: Change) -> Swapped | Refused:
        return super().swap(replace(change, only_if_stale=True))


class CreatesWhatIsMissing(MemoryStore):
    def swap(self, change: Change) -> Swapped | Refused:
        if self.cell(change.record.address) is None:
            change = replace(change, expected=None)
        return super().swap(change)


class WritesValueBeforeComparing(MemoryStore):
    def swap(self, change: Change) -> Swapped | Refused:
        if change.value is not None and (cell := self.cell(change.record.address)) is not None:
            cell.value = change.value
        return super().swap(change)


class AnnouncesRefusals(MemoryStore):
    def swap(self, change: Change) -> Swapped | Refused:
        outcome = super().swap(change)
        if isinstance(outcome, Refused):
            self.announce(change.record.address, "status")
        return outcome


class AnnouncesNothing(MemoryStore):
    def announce(self, address: Address, kind: EventKind) -> None:
        pass


class AnnouncesEverywhere(MemoryStore):
    def announce(self, address: Address, kind: EventKind) -> None:
        super().announce(address, kind)
        cell = self._cells[address]
        self.events.append(Address("", address.key), kind, cell.status, cell.attempt)


class AnnouncesNotesAsChanges(MemoryStore):
    def announce(self, address: Address, kind: EventKind) -> None:
        super().announce(address, "status")


class AnnouncesTooEarly(MemoryStore):
    def _put(self, address: Address, cell: Cell) -> None:
        self.events.append(address, "status", cell.status, cell.attempt)
        time.sleep(0.02)
        super()._put(address, cell)

    def announce(self, address: Address, kind: EventKind) -> None:
        pass

    def swap(self, change: Change) -> Swapped | Refused:
        self.lock = nullcontext()
        return super().swap(change)


class NotAtomic(MemoryStore):
    def __init__(self, now: Any) -> None:
        super().__init__(now)
        self.lock = nullcontext()

    def _put(self, address: Address, cell: Cell) -> None:
        time.sleep(0.02)
        super()._put(address, cell)


class ValueAfterRecord(MemoryStore):
    def __init__(self, now: Any) -> None:
        super().__init__(now)
        self.lock = nullcontext()

    def _put(self, address: Address, cell: Cell) -> None:
        value, cell.value = cell.value, None
        super()._put(address, cell)
        time.sleep(0.002)
        cell.value = value


class KeepsForEver(MemoryStore):
    def _put(self, address: Address, cell: Cell) -> None:
        cell.expires += timedelta(days=365)
        super()._put(address, cell)


class KeepsTheFirstExpiry(MemoryStore):
    def _put(self, address: Address, cell: Cell) -> None:
        if (old := self.cell(address)) is not None:
            cell.expires = old.expires
        super()._put(address, cell)


class KeepsOpenRecordsForEver(MemoryStore):
    def _put(self, address: Address, cell: Cell) -> None:
        if not cell.status.is_final:
            cell.expires += timedelta(days=365)
        super()._put(address, cell)


class LosesCancelMark(MemoryStore):
    def _put(self, address: Address, cell: Cell) -> None:
        cell.cancel_requested = False
        super()._put(address, cell)


class KeepsLease(MemoryStore):
    def _put(self, address: Address, cell: Cell) -> None:
        if cell.lease_until is None and (old := self.cell(address)) is not None:
            cell.lease_until = old.lease_until
        super()._put(address, cell)


class KeepsNotes(MemoryStore):
    def _put(self, address: Address, cell: Cell) -> None:
        if (old := self.cell(address)) is not None:
            cell.progress, cell.output = old.progress, old.output
        super()._put(address, cell)


FAULTS = [
    ({"writer": SortsSnapshots}, "test_load_answers_in_the_order_asked_for"),
    ({"writer": SkipsEmptyPlaces}, "test_load_answers_in_the_order_asked_for"),
    ({"writer": RoundsToSeconds}, "test_load_returns_the_record_as_it_was_stored"),
    ({"writer": TellsNaiveTime}, "test_snapshots_carry_the_clock_of_the_store"),
    ({"writer": StopsAtRefusal}, "test_changes_are_independent_and_answered_in_order"),
    ({"writer": ReformatsValues}, "test_value_is_kept_byte_for_byte"),
    ({"writer": TellsOfNothingWhenRefusing}, "test_repeated_change_is_refused_with_its_outcome"),
    ({"writer": AddsToLeases}, "test_renewal_counts_from_the_present"),
    ({"writer": HoldsAnyAttempt}, "test_renewal_of_a_former_attempt_is_not_held"),
    ({"writer": RefusesLateHeartbeats}, "test_lease_that_nobody_took_over_can_be_renewed"),
    ({"writer": RenewsOnlyWhatIsHeld}, "test_renewals_are_answered_in_order"),
    ({"writer": ForgetsToTellOfCancellation}, "test_heartbeat_brings_back_the_cancel_mark"),
    ({"writer": ProlongsWithHeartbeats}, "test_renewal_does_not_prolong_the_record"),
    ({"writer": AcceptsAnyNote}, "test_note_of_a_former_attempt_is_ignored"),
    ({"writer": AppendsOutput}, "test_later_note_replaces_the_one_before"),
    ({"writer": OverwritesWithNone}, "test_none_in_a_note_leaves_what_is_there"),
    ({"writer": StopsAtTheFirstIgnoredNote}, "test_ignored_note_stops_no_other"),
    ({"writer": AnnouncesNotesTooEarly}, "test_announced_note_can_be_read"),
    ({"writer": LoadsNotes}, "test_load_leaves_notes_out"),
    ({"store": IgnoresVersions}, "test_first_record_needs_an_empty_place"),
    ({"store": IgnoresVersions}, "test_stale_claimant_is_fenced_off"),
    ({"store": IgnoresLeases}, "test_take_over_of_a_valid_lease_is_refused"),
    ({"store": IgnoresLeases}, "test_renewed_lease_outlives_the_first_one"),
    ({"store": AlwaysRespectsLeases}, "test_attempt_may_end_although_its_lease_is_valid"),
    ({"store": CreatesWhatIsMissing}, "test_change_of_what_is_not_there_is_refused"),
    ({"store": WritesValueBeforeComparing}, "test_refused_change_writes_nothing"),
    ({"store": AnnouncesRefusals}, "test_refused_change_writes_nothing"),
    ({"store": AnnouncesNothing}, "test_swap_is_announced"),
    ({"store": AnnouncesEverywhere}, "test_swap_is_announced"),
    ({"store": AnnouncesNothing}, "test_note_is_announced"),
    ({"store": AnnouncesNotesAsChanges}, "test_note_is_announced"),
    ({"store": AnnouncesTooEarly}, "test_announced_change_can_be_read"),
    ({"store": NotAtomic}, "test_one_of_many_claimants_wins"),
    ({"store": ValueAfterRecord}, "test_record_and_value_become_visible_together"),
    ({"store": KeepsForEver}, "test_record_value_and_entries_vanish_together"),
    ({"store": KeepsTheFirstExpiry}, "test_result_lives_for_keep_whatever_its_task_was_given"),
    ({"store": KeepsOpenRecordsForEver}, "test_open_record_does_not_live_for_ever"),
    ({"store": LosesCancelMark}, "test_cancel_mark_survives_claims_and_retries"),
    ({"store": KeepsLease}, "test_lease_ends_with_the_attempt"),
    ({"store": KeepsNotes}, "test_next_attempt_begins_without_notes"),
    ({"broken": LetsTheVendorThrough}, "test_unreachable_store_says_so"),
    ({"broken": AsksNothingWithoutHolds}, "test_unreachable_store_says_so"),
]


@pytest.mark.parametrize(("parts", "test"), FAULTS)
def test_fault_is_caught(passes: Any, parts: dict[str, Any], test: str) -> None:
    sound = {"broken": MemoryResultWriter} if "broken" in parts else {}

    assert passes(ResultWriterContract, test, **sound)
    assert not passes(ResultWriterContract, test, **parts)
