"""What every `OpenTasks` must do."""

from __future__ import annotations

import pytest

from ..domain.errors import StoreUnavailable
from ..ports.result_store import OpenTasks, ResultWriter
from .contract import PassTime, StoreContract
from .given import ERROR, Given, success


class OpenTasksContract(StoreContract):
    """The contract of `ports.result_store.OpenTasks`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        open_tasks, writer: the ports `OpenTasks` and `ResultWriter`.
        pass_time: a `Callable[[timedelta], None]` that returns once that much time has passed
            on the store's clock: by waiting, or by moving the clock.
        broken: an `OpenTasks` whose backend cannot be reached.
    """

    def test_nothing_is_overdue_at_first(self, open_tasks: OpenTasks) -> None:
        """An empty store has no stuck tasks."""
        assert open_tasks.overdue(limit=9) == []

    def test_task_is_overdue_once_its_deadline_has_passed(
        self, open_tasks: OpenTasks, given: Given, pass_time: PassTime
    ) -> None:
        """By the store's clock, queued or running; others have time left."""
        queued = given.queued(1, patience=2 * self.tick)
        running = given.running(2, patience=2 * self.tick)
        given.queued(3)
        before = open_tasks.overdue(limit=9)

        pass_time(3 * self.tick)

        assert before == []
        assert set(open_tasks.overdue(limit=9)) == {queued.address, running.address}

    def test_earliest_deadline_comes_first(
        self, open_tasks: OpenTasks, given: Given, pass_time: PassTime
    ) -> None:
        """Whatever the order of submission, the function or the namespace."""
        late = given.queued(1, patience=2 * self.tick)
        early = given.queued(2, patience=self.tick, namespace="team-a", function="mul")
        middle = given.queued(3, patience=1.5 * self.tick, namespace="b")

        pass_time(3 * self.tick)

        assert open_tasks.overdue(limit=9) == [early.address, middle.address, late.address]

    def test_limit_takes_the_earliest(
        self, open_tasks: OpenTasks, given: Given, pass_time: PassTime
    ) -> None:
        """The rest is left for the next call."""
        first = given.queued(1, patience=self.tick)
        given.queued(2, patience=1.5 * self.tick)

        pass_time(3 * self.tick)

        assert open_tasks.overdue(limit=1) == [first.address]

    @pytest.mark.parametrize("end", ["succeeded", "failed", "cancelled", "lost"])
    def test_ended_task_is_not_overdue(
        self, open_tasks: OpenTasks, given: Given, pass_time: PassTime, end: str
    ) -> None:
        """Its entry goes with the change that ends it."""
        running = given.running(patience=self.tick)
        at = given.now
        new = {
            "succeeded": lambda: success(running, at=at),
            "failed": lambda: running.failed(at=at, error=ERROR),
            "cancelled": lambda: running.cancelled(at=at, error=ERROR),
            "lost": lambda: running.lost(at=at, error=ERROR),
        }[end]()
        given.ended(running, new)

        pass_time(2 * self.tick)

        assert open_tasks.overdue(limit=9) == []

    def test_task_put_back_in_the_queue_is_still_watched(
        self, open_tasks: OpenTasks, given: Given, pass_time: PassTime
    ) -> None:
        """Once, however often it was tried."""
        running = given.running(patience=self.tick)
        again = given.ended(running, running.queued())

        pass_time(2 * self.tick)

        assert open_tasks.overdue(limit=9) == [again.address]

    def test_forgotten_task_is_not_overdue(
        self, open_tasks: OpenTasks, given: Given, pass_time: PassTime
    ) -> None:
        """And the others still are."""
        forgotten = given.queued(1, patience=self.tick)
        kept = given.queued(2, patience=self.tick, namespace="team-a")
        pass_time(2 * self.tick)

        open_tasks.forget([forgotten.address])

        assert open_tasks.overdue(limit=9) == [kept.address]

    def test_forgetting_leaves_the_record(
        self, open_tasks: OpenTasks, writer: ResultWriter, given: Given
    ) -> None:
        """Only the entry goes."""
        record = given.queued()

        open_tasks.forget([record.address])

        assert writer.load([record.address])[0].record == record

    def test_forgetting_what_is_not_listed_is_no_error(
        self, open_tasks: OpenTasks, given: Given
    ) -> None:
        """Two sweepers may tidy up at once."""
        open_tasks.forget([given.address()])
        open_tasks.forget([])

    def test_unreachable_store_says_so(self, broken: OpenTasks, given: Given) -> None:
        """Every method raises StoreUnavailable, and nothing of the vendor's gets through."""
        with pytest.raises(StoreUnavailable):
            broken.overdue(limit=1)
        with pytest.raises(StoreUnavailable):
            broken.forget([given.address()])
