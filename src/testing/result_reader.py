"""What every `ResultReader` must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from ..domain.errors import StoreCorrupt, StoreDenied, StoreUnavailable
from ..domain.result_key import Address
from ..ports.result_store import (
    LiveValue,
    ResultReader,
    StoredResult,
)
from ..ports.task_records import TaskRecords
from .contract import PassTime, Run, optional
from .given import Given
from .listings import ALL, BUDGET, EVERY_STATUS, ListContract

Call = Callable[[ResultReader], Awaitable[object]]

CALLS: dict[str, Call] = {
    "read": lambda reader: reader.read(Address("", "add_1763683200000_0123456789abcdef")),
    "values": lambda reader: reader.values("", "add", ALL, max_bytes=BUDGET),
    "records": lambda reader: reader.records("", "add", ALL, EVERY_STATUS),
    "functions": lambda reader: reader.functions(""),
}


async def _called(call: str, reader: ResultReader) -> object:
    return await CALLS[call](reader)


class ResultReaderContract(ListContract):
    """The contract of `ports.result_store.ResultReader`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        reader, writer, records: the ports `ResultReader`, `ResultWriter` and `TaskRecords`.
        pass_time: a `Callable[[timedelta], None]` that returns once that much time has passed
            on the store's clock: by waiting, or by moving the clock.
        corrupt: a `Callable[[Address], None]` that puts garbage in the place of a record.
        broken: a `ResultReader` whose backend cannot be reached.
        denied (optional): a `ResultReader` whose credentials are refused.
    """

    def test_nothing_reads_as_none(self, run: Run, reader: ResultReader, given: Given) -> None:
        """A well-formed key under which nothing is left is no error."""
        assert run(reader.read(given.address())) is None

    @pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled", "lost"])
    def test_only_success_has_a_value(
        self, run: Run, reader: ResultReader, given: Given, state: str
    ) -> None:
        """Every other record stands alone, as it was stored."""
        record = getattr(given, state)()

        assert run(reader.read(record.address)) == StoredResult(record, None)

    def test_success_comes_with_its_value(
        self, run: Run, reader: ResultReader, given: Given
    ) -> None:
        """Record and value, as they were stored."""
        record = given.succeeded(value=b"[1, 2.50]")

        assert run(reader.read(record.address)) == StoredResult(record, b"[1, 2.50]")

    def test_namespaces_are_apart(self, run: Run, reader: ResultReader, given: Given) -> None:
        """The same key in another namespace is another place, in every answer."""
        mine = given.succeeded(namespace="team-a", value=b"1")
        theirs = given.succeeded(namespace="team-b", value=b"2")

        assert run(reader.read(Address("", mine.key))) is None
        assert run(reader.read(mine.address)) == StoredResult(mine, b"1")
        assert run(reader.values("team-b", "add", ALL, max_bytes=BUDGET)) == [
            LiveValue(theirs.key, b"2")
        ]
        assert run(reader.records("team-a", "add", ALL, EVERY_STATUS)) == [mine]
        assert run(reader.functions("")) == []

    def test_read_shows_the_cancel_mark(
        self, run: Run, reader: ResultReader, records: TaskRecords, given: Given
    ) -> None:
        """Whoever looks at an open task sees that its end was asked for."""
        record = given.running()
        run(records.request_cancel(record.address))

        stored = run(reader.read(record.address))

        assert stored is not None
        assert stored.record == record.model_copy(update={"cancel_requested": True})

    def test_record_that_cannot_be_read_is_an_error(
        self, run: Run, reader: ResultReader, given: Given, corrupt: Callable[[Address], None]
    ) -> None:
        """Garbage is neither a record nor nothing."""
        record = given.succeeded()
        corrupt(record.address)

        with pytest.raises(StoreCorrupt):
            run(reader.read(record.address))

    def test_reading_does_not_prolong_life(
        self, run: Run, reader: ResultReader, given: Given, pass_time: PassTime
    ) -> None:
        """A result that is looked at all the time expires all the same."""
        record = given.succeeded(ttl=2 * self.tick)
        pass_time(self.tick)
        run(reader.read(record.address))
        run(reader.values("", "add", ALL, max_bytes=BUDGET))

        pass_time(2 * self.tick)

        assert run(reader.read(record.address)) is None

    @pytest.mark.parametrize("call", CALLS)
    def test_unreachable_store_says_so(self, run: Run, broken: ResultReader, call: str) -> None:
        """Every method raises StoreUnavailable, and nothing of the vendor's gets through."""
        with pytest.raises(StoreUnavailable):
            run(_called(call, broken))

    @pytest.mark.parametrize("call", CALLS)
    def test_refused_credentials_say_so(
        self, run: Run, request: pytest.FixtureRequest, call: str
    ) -> None:
        """Every method raises StoreDenied."""
        denied = optional(request, "denied", what="the backend knows credentials")

        with pytest.raises(StoreDenied):
            run(_called(call, denied))
