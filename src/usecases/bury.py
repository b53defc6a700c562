"""See to a run whose process another one has seen die, so that nobody waits for its lease."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ..domain.burial import Cause, decide_burial
from ..domain.change import Hold
from ..domain.result_key import Address
from ..ports.result_store import ResultWriter
from .source_guard import SourceGuard


class BuryRun:
    """Lets go of the claim of a dead process, or ends its task.

    Args:
        writer: where the record is.
        guard: what is told of workers that are lost.
        name_of: the name that a process of this machine has in its claims, by its id.
    """

    def __init__(
        self, *, writer: ResultWriter, guard: SourceGuard, name_of: Callable[[int], str]
    ) -> None:
        self._writer = writer
        self._guard = guard
        self._name_of = name_of

    def __call__(self, address: Address, pid: int, cause: Cause) -> bool:
        """Have the next attempt begin at once, or nobody wait any more; whether it was needed.

        Of no effect where the process had brought the run to its end, or somebody has taken over.

        Raises:
            PortError: the store does not answer; then the claim runs out by itself.
        """
        [snapshot] = self._writer.load([address])
        decision = decide_burial(snapshot, worker=self._name_of(pid), cause=cause)
        if isinstance(decision, Hold):
            self._guard.is_enough(snapshot)
            self._writer.renew([decision], timedelta(0))
        elif decision is not None:
            self._writer.store([decision])
        return decision is not None
