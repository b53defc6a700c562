"""What every `CancelSignals` must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import get_ident
from typing import Final

import pytest

from ..domain.result_key import Address
from ..ports.cancel_signals import CancelSignals
from ..ports.task_records import TaskRecords
from .contract import Run, StoreContract, optional
from .given import Given

_PATIENCE: Final = 20.0
"""Seconds that a test waits for what must come at once; a slow machine may need some of it."""

_RESUME_TRIES: Final = 100
"""Signals sent while a listener finds its way back; the time between two grows to a tick."""


class Ear:
    """Hears cancellations, and remembers in which threads."""

    def __init__(self, signals: CancelSignals) -> None:
        self._heard: SimpleQueue[Address] = SimpleQueue()
        self.threads: set[int] = set()
        self.stop: Callable[[], None] = signals.listen(self._on_cancel)

    def next(self, patience: float = _PATIENCE) -> Address | None:
        """The next cancellation, or None if none comes."""
        try:
            return self._heard.get(timeout=patience)
        except Empty:
            return None

    def _on_cancel(self, address: Address) -> None:
        self.threads.add(get_ident())
        self._heard.put(address)


class CancelSignalsContract(StoreContract):
    """The contract of `ports.cancel_signals.CancelSignals`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        signals, records, writer: the ports `CancelSignals`, `TaskRecords` and `ResultWriter`.
        cut (optional): a `Callable[[], None]` that breaks the connections of all listeners, as
            a restart of the server does; it returns once they are broken.
    """

    @pytest.fixture
    def ear(self, signals: CancelSignals) -> Iterator[Ear]:
        """A listener that began before the test."""
        ear = Ear(signals)
        yield ear
        ear.stop()

    def test_cancellation_is_heard(
        self, run: Run, records: TaskRecords, given: Given, ear: Ear
    ) -> None:
        """With the namespace and the key of the task."""
        record = given.running(namespace="team-a")

        run(records.request_cancel(record.address))

        assert ear.next() == record.address

    def test_every_cancellation_is_heard(
        self, run: Run, records: TaskRecords, given: Given, ear: Ear
    ) -> None:
        """Of queued and of running tasks, in any namespace."""
        tasks = [given.queued(1), given.running(2, namespace="team-a"), given.running(3)]

        for record in tasks:
            run(records.request_cancel(record.address))

        assert {ear.next() for _ in tasks} == {record.address for record in tasks}

    def test_cancellation_is_heard_in_another_thread(
        self, run: Run, records: TaskRecords, given: Given, ear: Ear
    ) -> None:
        """Neither who listens nor who cancels is held up."""
        run(records.request_cancel(given.running().address))
        ear.next()

        assert get_ident() not in ear.threads

    def test_everybody_who_listens_hears(
        self, run: Run, records: TaskRecords, signals: CancelSignals, given: Given, ear: Ear
    ) -> None:
        """A signal goes to all workers, because only one of them knows the run."""
        other = Ear(signals)
        record = given.running()

        run(records.request_cancel(record.address))

        assert (ear.next(), other.next()) == (record.address, record.address)
        other.stop()

    def test_ended_task_is_not_signalled(
        self, run: Run, records: TaskRecords, given: Given, ear: Ear
    ) -> None:
        """Nobody is woken for what cannot be cancelled any more, or never was."""
        run(records.request_cancel(given.succeeded(1).address))
        run(records.request_cancel(given.address(7)))
        record = given.running(2)

        run(records.request_cancel(record.address))

        assert ear.next() == record.address

    def test_who_has_stopped_hears_nothing(
        self, run: Run, records: TaskRecords, signals: CancelSignals, given: Given, ear: Ear
    ) -> None:
        """And the others still do."""
        stopped = Ear(signals)
        stopped.stop()
        record = given.running()

        run(records.request_cancel(record.address))

        assert ear.next() == record.address
        assert stopped.next(patience=self.tick.total_seconds()) is None

    def test_listening_can_be_taken_up_again(
        self, run: Run, records: TaskRecords, signals: CancelSignals, given: Given
    ) -> None:
        """Only what is requested from then on is heard."""
        Ear(signals).stop()
        run(records.request_cancel(given.running(1).address))
        again = Ear(signals)
        record = given.running(2)

        run(records.request_cancel(record.address))

        assert again.next() == record.address
        again.stop()

    def test_listener_comes_back_after_its_connection_was_lost(
        self, run: Run, records: TaskRecords, request: pytest.FixtureRequest, given: Given, ear: Ear
    ) -> None:
        """Signals may be missed meanwhile; after a while they are heard again."""
        cut = optional(request, "cut", what="listeners have a connection that can break")
        cut()

        record = given.running()
        for _ in range(_RESUME_TRIES):
            run(records.request_cancel(record.address))
            if ear.next(patience=self.tick.total_seconds()) == record.address:
                return

        pytest.fail("the listener did not come back")
