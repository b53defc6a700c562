"""The sources of requests: what is known of each, and that workers find it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..domain.caps import check_source_size
from ..domain.errors import SourceUnknown
from ..domain.inline_metadata import NOTHING, Needs, needs_of
from ..domain.libraries import check_needs
from ..domain.limits import Limits
from ..domain.source import SourceOutline, digest, outline
from ..domain.task import TaskRequest
from ..domain.worker_facts import WorkerFacts
from ..ports.clock import Clock
from ..ports.fleet import Fleet
from ..ports.source_store import SourceWriter
from .glance import Glance
from .shelf import Shelf, Shelved

_FRESH: Final = timedelta(seconds=60)
"""How long a source counts as stored without storing it again: a store that lost its data is
whole again a minute later, and a hot script costs one write a minute."""


@dataclass(frozen=True, slots=True)
class KnownSource:
    """The source of a request; its text where that is at hand."""

    digest: str
    shelved: Shelved
    text: str | None

    @property
    def outline(self) -> SourceOutline:
        """What can be called in it."""
        return self.shelved.outline


class KnownSources:
    """Looks sources up, and keeps them.

    Args:
        sources: where they are kept.
        clock: tells how long ago that was.
        limits: how long they may be.
        fleet: who will run them; None: that cannot be known here.
    """

    def __init__(
        self, *, sources: SourceWriter, clock: Clock, limits: Limits, fleet: Fleet | None = None
    ) -> None:
        self._sources = sources
        self._workers = (
            None
            if fleet is None
            else Glance(fleet.workers, list[WorkerFacts](), clock=clock, what="the list of workers")
        )
        self._clock = clock
        self._limits = limits
        self._shelf = Shelf()
        self._reading = asyncio.Lock()

    async def find(self, request: TaskRequest) -> KnownSource:
        """The source that a request brings or names; nothing is stored.

        Raises:
            RequestError: it is too large, is no module text, or is not stored under that digest.
            PortError: the source store does not answer.
        """
        if request.source is None:
            return await self._by_digest(request.source_digest or "")
        check_source_size(request.source, self._limits)
        name = digest(request.source)
        return KnownSource(name, await self._shelved(name, request.source), request.source)

    async def check_needs(self, found: KnownSource) -> None:
        """Return if a worker has the libraries that a source names, or if no worker is known.

        Then whichever worker takes the task decides. What is known may be a second old.

        Raises:
            LibraryUnavailable: no worker has them.
        """
        needs = found.shelved.needs
        if self._workers is None or needs == NOTHING:
            return
        if workers := await self._workers():
            check_needs(needs, workers)

    async def keep(self, found: KnownSource) -> None:
        """Have workers find a source for as long as any task can need it.

        Raises:
            PortError: the source store does not answer.
        """
        if found.text is not None and not self._is_fresh(found.shelved):
            await self._sources.put(found.digest, found.text, keep=self._limits.source_keep)
            found.shelved.stored = self._clock.elapsed()

    async def _by_digest(self, name: str) -> KnownSource:
        shelved = self._shelf.get(name)
        if shelved is not None and self._is_fresh(shelved):
            return KnownSource(name, shelved, None)
        text = await self._sources.get(name)
        if text is None:
            raise SourceUnknown(
                f"no source is stored under {name[:12]}…: submit the source itself once"
            )
        return KnownSource(name, await self._shelved(name, text), text)

    async def _shelved(self, name: str, text: str) -> Shelved:
        shelved = self._shelf.get(name)
        if shelved is not None:
            return shelved
        # In a thread, because a long text takes half a second; one at a time, because reading it
        # changes the warning filters of the whole process for that time.
        async with self._reading:
            seen, needs = await asyncio.to_thread(_read, text)
        return self._shelf.put(name, seen, needs)

    def _is_fresh(self, shelved: Shelved) -> bool:
        return shelved.stored is not None and self._clock.elapsed() - shelved.stored < _FRESH


def _read(text: str) -> tuple[SourceOutline, Needs]:
    return outline(text), needs_of(text)
