"""What a worker does with delivered tasks: claim, run, judge, store."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.result_key import Address
from ..domain.retry import Backoff
from ..domain.task import Task
from ..ports.clock import Clock
from ..ports.randomness import Randomness
from ..ports.result_store import ResultWriter
from .claim_tasks import ClaimTasks
from .leases import Leases
from .perform import PerformRun
from .report import Reports
from .run_script import RunScript
from .settle import SettleRuns
from .source_guard import SourceGuard
from .steps import Again, Claimed, Done, Ended
from .store_time import StoreTime
from .turn import Claims, Settled, TakeTurn

__all__ = ["Again", "Claimed", "Done", "Ended", "ExecuteTask"]


class ExecuteTask:
    """Brings delivered tasks a step further; safe to call from several threads.

    One task goes all the way in a call of the object. The steps can be taken one by one, too:
    then several tasks share the round trips to the store. While it is away every step waits, so
    that a finished run's result is stored once it is back.
    """

    def __init__(
        self,
        *,
        writer: ResultWriter,
        run_script: RunScript,
        leases: Leases,
        reports: Reports,
        clock: Clock,
        randomness: Randomness,
        backoff: Backoff,
        worker: str,
        guard: SourceGuard,
    ) -> None:
        time = StoreTime(clock)
        self._leases = leases
        self._claim = ClaimTasks(
            writer=writer,
            run_script=run_script,
            leases=leases,
            clock=clock,
            time=time,
            worker=worker,
            guard=guard,
        )
        self._perform = PerformRun(
            run_script=run_script,
            reports=reports,
            clock=clock,
            randomness=randomness,
            backoff=backoff,
        )
        self._settle = SettleRuns(writer=writer, leases=leases, clock=clock, time=time)
        self._turn = TakeTurn(writer=writer, settle=self._settle, claim=self._claim, clock=clock)

    def __call__(self, task: Task) -> Done | Again:
        """Run the task unless it has ended or somebody else runs it.

        Raises:
            StoreCorrupt: the task's record cannot be read.
        """
        [claimed] = self._claim([task])
        if not isinstance(claimed, Claimed):
            return claimed
        with self._leases.kept(claimed.held):
            [outcome] = self._settle([self._perform(claimed)])
        return outcome

    def claim(self, tasks: Sequence[Task]) -> list[Claimed | Done | Again]:
        """Claim tasks of different keys: see `ClaimTasks`.

        What is claimed has to be performed and settled, or given up.
        """
        return self._claim(tasks)

    def perform(self, claimed: Claimed) -> Ended:
        """Run a claimed task to its end: see `PerformRun`."""
        return self._perform(claimed)

    def settle(self, ends: Sequence[Ended]) -> list[Done | Again]:
        """Store how runs ended: see `SettleRuns`."""
        return self._settle(ends)

    def turn(self, ends: Sequence[Ended], tasks: Sequence[Task]) -> tuple[Settled, Claims]:
        """Settle, then claim, in one round trip: see `TakeTurn`."""
        return self._turn(ends, tasks)

    def give_up(self, claims: Sequence[Claimed]) -> bool:
        """Let others have what has not begun; False if the store cannot be told in time."""
        return self._settle.give_up(claims)

    def abandon(self, claimed: Claimed) -> None:
        """Let a claim run out whose run cannot be brought to an end here."""
        self._leases.drop([claimed.held])

    def cancel(self, address: Address) -> None:
        """End the run at `address` as cancelled, if it is one of this process."""
        self._leases.cancel(address)
