"""Every result of a function as it lands."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from ..domain.event import Event
from ..domain.result_key import check_function_name
from ..ports.result_store import ResultReader, StoredResult
from .channel import Listener
from .follow import Follow
from .overlapping import Overlapping


@dataclass(frozen=True, slots=True)
class Update:
    """Something happened to a task: the announcement, and the result as it is stored."""

    event: Event
    result: StoredResult


class Updates:
    """Turns announcements into what they announce; all who hear one share the look at the store."""

    def __init__(self, *, reader: ResultReader, follow: Follow) -> None:
        self._read = Overlapping(reader.read)
        self._follow = follow

    async def stream(
        self, namespace: str, function: str, *, after: str | None, idle: timedelta
    ) -> AsyncGenerator[Update | None, None]:
        """Every result of a function as it ends, and progress before that.

        Ends only when the caller falls too far behind or the process closes: ask again with the
        last `Event.id` as `after`.

        Args:
            namespace: where to look.
            function: whose results.
            after: the `Event.id` of the last update seen; what was announced since comes first.
            idle: yields None whenever nothing happened for so long, and once before that: when
                it listens and all that was announced before has been said.

        Raises:
            InvalidQuery: `after` is no position.
            PortError: the store does not answer.
        """
        check_function_name(function)
        async with self._follow.listen(namespace, function=function) as listener:
            seen: set[str] = set()
            if after is not None:
                async for events in self._follow.backlog(namespace, after):
                    for event in events:
                        if event.address.function != function:
                            continue
                        seen.add(event.id)
                        if update := await self._update(event):
                            yield update
            yield None
            async for update in self._live(listener, seen, idle):
                yield update

    async def _live(
        self, listener: Listener, seen: set[str], idle: timedelta
    ) -> AsyncIterator[Update | None]:
        while not listener.has_ended:
            event = await listener.next(idle)
            if event is None:
                yield None
            elif event.id not in seen and (update := await self._update(event)):
                yield update

    async def _update(self, event: Event) -> Update | None:
        if event.kind == "status" and not event.status.is_final:
            return None
        found = await self._read(event.address)
        if found is None or found.record.version != f"{event.status}:{event.attempt}":
            return None
        return Update(event, found)
