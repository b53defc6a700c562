"""What every `TaskRecords` must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from ..domain.change import Refused, Swapped, opening, transition
from ..domain.errors import StoreDenied, StoreUnavailable
from ..domain.result import Status
from ..domain.result_key import Address
from ..ports.event_feed import EventFeed
from ..ports.result_store import ResultReader, ResultWriter, Slice
from ..ports.task_records import Reservation, SupportsOpenCount, TaskRecords
from .contract import PassTime, Run, StoreContract, optional
from .given import ERROR, LONG, Given

_EVERY_STATUS = frozenset(Status)

Call = Callable[[TaskRecords, Given], Awaitable[object]]

CALLS: dict[str, Call] = {
    "store": lambda records, given: records.store([opening(given.record(), now=given.start)]),
    "request_cancel": lambda records, given: records.request_cancel(given.address()),
    "discard": lambda records, given: records.discard([given.address()]),
    "reserve": lambda records, _: records.reserve([_reservation("a", 1)], LONG),
}


async def _open_count(records: SupportsOpenCount) -> int:
    return await records.open_count()


async def _called(call: str, records: TaskRecords, given: Given) -> object:
    return await CALLS[call](records, given)


def _reservation(name: str, number: int, *, namespace: str = "") -> Reservation:
    """Idempotency key `name`, wanted for task `number`."""
    key = f"add_1763683200000_{number:016x}"
    return Reservation(namespace, name * 64, key, f"{number:064x}")


class TaskRecordsContract(StoreContract):
    """The contract of `ports.task_records.TaskRecords`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        records, writer, reader, feed: the ports `TaskRecords`, `ResultWriter`, `ResultReader`
            and `EventFeed`.
        pass_time: a `Callable[[timedelta], None]` that returns once that much time has passed
            on the store's clock: by waiting, or by moving the clock.
        broken: a `TaskRecords` whose backend cannot be reached.
        denied (optional): a `TaskRecords` whose credentials are refused.

    That workers are told of a cancellation is part of `CancelSignalsContract`.
    """

    def test_stored_record_is_there_for_workers_and_readers(
        self,
        run: Run,
        records: TaskRecords,
        writer: ResultWriter,
        reader: ResultReader,
        given: Given,
    ) -> None:
        """The API's half writes to the same place as the worker's."""
        record = given.record()

        outcomes = run(records.store([opening(record, now=given.now)]))

        assert [type(outcome) for outcome in outcomes] == [Swapped]
        assert writer.load([record.address])[0].record == record
        assert run(reader.records("", "add", Slice(), _EVERY_STATUS)) == [record]

    def test_open_tasks_are_counted_by_records_that_can(
        self, run: Run, records: TaskRecords, given: Given
    ) -> None:
        """Queued and running ones; of all namespaces."""
        if not isinstance(records, SupportsOpenCount):
            pytest.skip("these records do not count open tasks")
        before = run(_open_count(records))
        given.queued(1)
        running = given.running(2)
        during = run(_open_count(records))
        given.ended(running, running.failed(at=given.now, error=ERROR))

        assert (before, during, run(_open_count(records))) == (0, 2, 1)

    def test_changes_are_independent_and_answered_in_order(
        self, run: Run, records: TaskRecords, writer: ResultWriter, given: Given
    ) -> None:
        """A refused change stops none of its neighbours, and shows what stands in its way."""
        there = given.running(1)
        fresh = [given.record(number) for number in range(3)]

        outcomes = run(records.store([opening(record, now=given.now) for record in fresh]))

        assert [type(outcome) for outcome in outcomes] == [Swapped, Refused, Swapped]
        assert isinstance(outcomes[1], Refused)
        assert outcomes[1].snapshot.record == there
        found = writer.load([record.address for record in fresh])
        assert [s.record for s in found] == [fresh[0], there, fresh[2]]

    def test_change_of_another_version_is_refused(
        self, run: Run, records: TaskRecords, writer: ResultWriter, given: Given
    ) -> None:
        """A task that was claimed meanwhile cannot be cancelled as a queued one."""
        queued = given.queued()
        running = given.claimed(queued)
        cancelled = queued.cancelled(at=given.now, error=ERROR)

        [outcome] = run(records.store([transition(queued, cancelled, now=given.now)]))

        assert isinstance(outcome, Refused)
        assert writer.load([queued.address])[0].record == running

    def test_swap_is_announced(
        self, run: Run, records: TaskRecords, feed: EventFeed, given: Given
    ) -> None:
        """As a worker's is."""
        record = given.record(namespace="team-a")
        position = run(feed.latest("team-a"))

        run(records.store([opening(record, now=given.now)]))

        [event] = run(feed.read("team-a", position, wait=timedelta(0), limit=9))
        assert (event.address, event.status) == (record.address, Status.QUEUED)

    def test_nothing_to_do_is_fine(self, run: Run, records: TaskRecords) -> None:
        """Empty sequences have empty answers."""
        assert run(records.store([])) == []
        assert run(records.reserve([], LONG)) == []
        run(records.discard([]))

    @pytest.mark.parametrize("state", ["queued", "running"])
    def test_open_task_is_marked(
        self, run: Run, records: TaskRecords, writer: ResultWriter, given: Given, state: str
    ) -> None:
        """The answer is what is stored, the record unchanged, and workers find the mark."""
        record = getattr(given, state)()

        snapshot = run(records.request_cancel(record.address))

        assert (snapshot.address, snapshot.record) == (record.address, record)
        assert snapshot.cancel_requested
        assert writer.load([record.address])[0].cancel_requested

    def test_mark_can_be_set_twice(self, run: Run, records: TaskRecords, given: Given) -> None:
        """The second request meets the first one's outcome."""
        record = given.running()
        run(records.request_cancel(record.address))

        assert run(records.request_cancel(record.address)).cancel_requested

    @pytest.mark.parametrize("state", ["succeeded", "failed", "lost"])
    def test_ended_task_is_left_alone(
        self, run: Run, records: TaskRecords, writer: ResultWriter, given: Given, state: str
    ) -> None:
        """No mark; the answer shows how it ended."""
        record = getattr(given, state)()

        snapshot = run(records.request_cancel(record.address))

        assert (snapshot.record, snapshot.cancel_requested) == (record, False)
        assert not writer.load([record.address])[0].cancel_requested

    def test_cancelling_nothing_creates_nothing(
        self, run: Run, records: TaskRecords, writer: ResultWriter, given: Given
    ) -> None:
        """What is gone stays gone: a task that comes later is not marked."""
        snapshot = run(records.request_cancel(given.address()))

        assert (snapshot.record, snapshot.cancel_requested) == (None, False)
        record = given.queued()
        assert not writer.load([record.address])[0].cancel_requested

    def test_mark_does_not_prolong_the_record(
        self,
        run: Run,
        records: TaskRecords,
        writer: ResultWriter,
        given: Given,
        pass_time: PassTime,
    ) -> None:
        """Nothing is left when its life is over, not even the mark."""
        record = given.queued(patience=self.tick, ttl=self.tick)
        run(records.request_cancel(record.address))

        pass_time(3 * self.tick)

        [found] = writer.load([record.address])
        assert (found.record, found.cancel_requested) == (None, False)

    def test_discarded_record_is_gone(
        self,
        run: Run,
        records: TaskRecords,
        writer: ResultWriter,
        reader: ResultReader,
        given: Given,
    ) -> None:
        """From its place and from the lists; its neighbours stay."""
        gone, stays = given.queued(1), given.queued(2)

        run(records.discard([gone.address, given.address(7)]))

        assert [s.record for s in writer.load([gone.address, stays.address])] == [None, stays]
        assert run(reader.records("", "add", Slice(), _EVERY_STATUS)) == [stays]

    @pytest.mark.parametrize("state", ["running", "succeeded", "failed"])
    def test_only_queued_records_are_discarded(
        self, run: Run, records: TaskRecords, writer: ResultWriter, given: Given, state: str
    ) -> None:
        """A task that reached a worker after all keeps its record."""
        record = getattr(given, state)()

        run(records.discard([record.address]))

        assert writer.load([record.address])[0].record == record

    def test_first_reservation_wins(self, run: Run, records: TaskRecords) -> None:
        """The second caller is told of the first one's task."""
        first, second = _reservation("a", 1), _reservation("a", 2)
        run(records.reserve([first], LONG))

        assert run(records.reserve([second], LONG)) == [first]

    def test_reservations_are_answered_in_order(self, run: Run, records: TaskRecords) -> None:
        """Each by itself: some are new, some are taken."""
        taken = _reservation("b", 1)
        run(records.reserve([taken], LONG))
        wanted = [_reservation("c", 2), _reservation("b", 3), _reservation("a", 4)]

        assert run(records.reserve(wanted, LONG)) == [wanted[0], taken, wanted[2]]

    def test_first_of_two_in_one_call_wins(self, run: Run, records: TaskRecords) -> None:
        """A batch that names the same idempotency key twice gets one task."""
        first, second = _reservation("a", 1), _reservation("a", 2)

        assert run(records.reserve([first, second], LONG)) == [first, first]

    def test_namespaces_have_their_own_reservations(self, run: Run, records: TaskRecords) -> None:
        """The same idempotency key of two tenants names two tasks."""
        mine, theirs = _reservation("a", 1), _reservation("a", 2, namespace="team-a")
        run(records.reserve([mine], LONG))

        assert run(records.reserve([theirs], LONG)) == [theirs]

    def test_reservation_ends(self, run: Run, records: TaskRecords, pass_time: PassTime) -> None:
        """After `keep` the name is free."""
        first, second = _reservation("a", 1), _reservation("a", 2)
        run(records.reserve([first], 2 * self.tick))
        pass_time(3 * self.tick)

        assert run(records.reserve([second], LONG)) == [second]

    def test_reservation_goes_with_its_record(
        self, run: Run, records: TaskRecords, given: Given
    ) -> None:
        """After a submission that failed, the same idempotency key may be tried again."""
        first, second = _reservation("a", 1), _reservation("a", 2)
        run(records.reserve([first], LONG))

        run(records.discard([Address("", first.key)], [first]))

        assert run(records.reserve([second], LONG)) == [second]

    def test_reservation_of_another_task_stays(self, run: Run, records: TaskRecords) -> None:
        """Who lost the name cannot give it away."""
        first, second = _reservation("a", 1), _reservation("a", 2)
        run(records.reserve([first], LONG))

        run(records.discard([Address("", second.key)], [second]))

        assert run(records.reserve([second], LONG)) == [first]

    @pytest.mark.parametrize("call", CALLS)
    def test_unreachable_store_says_so(
        self, run: Run, broken: TaskRecords, given: Given, call: str
    ) -> None:
        """Every method raises StoreUnavailable, and nothing of the vendor's gets through."""
        with pytest.raises(StoreUnavailable):
            run(_called(call, broken, given))

    @pytest.mark.parametrize("call", CALLS)
    def test_refused_credentials_say_so(
        self, run: Run, request: pytest.FixtureRequest, given: Given, call: str
    ) -> None:
        """Every method raises StoreDenied."""
        denied = optional(request, "denied", what="the backend knows credentials")

        with pytest.raises(StoreDenied):
            run(_called(call, denied, given))
