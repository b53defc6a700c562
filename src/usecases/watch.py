"""Follow one task: what changes, what it prints, and how it ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from ..domain.result_key import Address
from ..domain.sighting import Piece, Sighting, pieces
from ..ports.result_store import StoredResult
from .channel import Listener
from .follow import Follow
from .overlapping import Overlapping


@dataclass(frozen=True, slots=True)
class TaskUpdate:
    """Something new of a task, and the task as it stands."""

    piece: Piece
    result: StoredResult


class WatchTask:
    """Tells news of single tasks; all who follow the same one share each look at the store.

    Args:
        result: looks at the task at an address, and raises as `MetricRetriever.result`.
        follow: says when to look again.
    """

    def __init__(
        self, *, result: Callable[[Address], Awaitable[StoredResult]], follow: Follow
    ) -> None:
        self._look = Overlapping(result)
        self._follow = follow

    async def stream(
        self, address: Address, *, seen: Sighting, idle: timedelta
    ) -> AsyncGenerator[TaskUpdate | None, None]:
        """What is new beyond `seen`, up to the task's end; then the stream ends.

        It ends before that when the process closes, or when the caller falls too far behind: ask
        again with the last `Piece.seen`.

        Args:
            address: the task.
            seen: how far the caller has followed it.
            idle: yields None whenever nothing happened for so long, and whenever a look showed
                nothing new; so there is an answer as soon as it listens.

        Raises:
            MalformedKey: the address is none.
            ResultUnknown: the key lies in the future.
            ResultGone: nothing is left there.
            PortError: the store does not answer.
        """
        # First without listening: most who ask for what cannot be, or has ended, need no more.
        found = await self._look(address)
        if found.record.status.is_final:
            for piece in pieces(seen, found.record):
                yield TaskUpdate(piece, found)
            return
        async with self._follow.listen(address.namespace, key=address.key) as listener:
            while not (listener.has_ended or seen.is_end):
                found = await self._next_look(address, listener)
                before = seen
                for piece in pieces(seen, found.record):
                    seen = piece.seen
                    yield TaskUpdate(piece, found)
                if seen == before:
                    yield None
                if not seen.is_end:
                    await listener.next(idle)

    async def _next_look(self, address: Address, listener: Listener) -> StoredResult:
        # What was announced before the look is in what it shows: a busy run costs one look a turn.
        listener.skip()
        return await self._look(address)
