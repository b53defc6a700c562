"""Look at a request without running anything: the dry run, and the first step of a submission."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from ..domain.bounds import check_enforced
from ..domain.caps import check_parameters, check_source_size
from ..domain.errors import InvalidTask, IsolationUnavailable, RequestError, SourceUnknown
from ..domain.isolation import Isolation
from ..domain.limits import Limits
from ..domain.result_key import check_function_name
from ..domain.source import check_call, digest, outline
from ..domain.task import TaskRequest, allow
from ..ports.clock import Clock
from ..ports.source_store import SourceWriter
from .shelf import Shelf, Shelved

_FRESH: Final = timedelta(seconds=60)
"""How long a source counts as stored without storing it again: a store that lost its data is
whole again a minute later, and a hot script costs one write a minute."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a dry run says of a request."""

    source_digest: str | None
    problems: tuple[RequestError, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """The source of a request; its text where that is at hand."""

    digest: str
    shelved: Shelved
    text: str | None


class CheckTask:
    """Decides whether a request can be accepted, and keeps its source where workers find it."""

    def __init__(
        self, *, sources: SourceWriter, clock: Clock, limits: Limits, isolation: Isolation
    ) -> None:
        self._sources = sources
        self._clock = clock
        self._limits = limits
        self._isolation = isolation
        self._shelf = Shelf()
        self._reading = asyncio.Lock()

    async def __call__(self, request: TaskRequest) -> Finding:
        """Dry run: everything that is wrong with the request, nothing stored, nothing queued.

        Raises:
            PortError: the source store does not answer.
        """
        problems: list[RequestError] = []
        found: _Found | None = None
        for check in self._checks(request):
            try:
                check()
            except RequestError as exc:
                problems.append(exc)
        try:
            found = await self._look_up(request)
            check_call(found.shelved.outline, request.function, request.args, request.kwargs)
        except RequestError as exc:
            problems.append(exc)
        return Finding(found.digest if found else None, tuple(problems))

    async def admit(self, request: TaskRequest) -> str:
        """Make sure that the request can run and its source is stored; returns the digest.

        Raises:
            RequestError: the first thing that is wrong with it.
            PortError: the source store does not answer.
        """
        for check in self._checks(request):
            check()
        found = await self._look_up(request)
        check_call(found.shelved.outline, request.function, request.args, request.kwargs)
        if found.text is not None and not self._is_fresh(found.shelved):
            await self._sources.put(found.digest, found.text, keep=self._limits.source_keep)
            found.shelved.stored = self._clock.elapsed()
        return found.digest

    def _checks(self, request: TaskRequest) -> Iterator[Callable[[], object]]:
        yield partial(check_function_name, request.function)
        yield partial(allow, request, self._limits)
        yield partial(self._check_isolation, request)
        yield partial(self._check_bounds, request)
        yield partial(check_parameters, request.args, request.kwargs, self._limits)

    def _check_isolation(self, request: TaskRequest) -> None:
        wanted = request.isolation
        if wanted is not None and wanted > self._isolation:
            raise IsolationUnavailable(
                f"isolation {wanted} is not in force on this installation, which gives "
                f"{self._isolation}: ask for {self._isolation} or less"
            )
        least = self._limits.min_isolation
        if wanted is not None and wanted < least:
            raise InvalidTask(
                f"this installation runs nothing below isolation {least}: leave isolation out, or "
                f"ask for {least} or more"
            )
        if self._isolation is Isolation.NONE and (request.timeout_seconds or request.memory_mb):
            raise InvalidTask(
                "timeout_seconds and memory_mb cannot be enforced with isolation none, where the "
                "script runs inside this process: leave them out or use isolation process"
            )

    def _check_bounds(self, request: TaskRequest) -> None:
        try:
            bounds = allow(request, self._limits).bounds
        except RequestError:
            # A finding of its own.
            return
        check_enforced(bounds, self._isolation)

    async def _look_up(self, request: TaskRequest) -> _Found:
        if request.source is None:
            return await self._look_up_digest(request.source_digest or "")
        check_source_size(request.source, self._limits)
        name = digest(request.source)
        return _Found(name, await self._shelved(name, request.source), request.source)

    async def _look_up_digest(self, name: str) -> _Found:
        shelved = self._shelf.get(name)
        if shelved is not None and self._is_fresh(shelved):
            return _Found(name, shelved, None)
        text = await self._sources.get(name)
        if text is None:
            raise SourceUnknown(
                f"no source is stored under {name[:12]}…: submit the source itself once"
            )
        return _Found(name, await self._shelved(name, text), text)

    async def _shelved(self, name: str, text: str) -> Shelved:
        shelved = self._shelf.get(name)
        if shelved is not None:
            return shelved
        # In a thread, because a long text takes half a second; one at a time, because reading it
        # changes the warning filters of the whole process for that time.
        async with self._reading:
            seen = await asyncio.to_thread(outline, text)
        return self._shelf.put(name, seen)

    def _is_fresh(self, shelved: Shelved) -> bool:
        return shelved.stored is not None and self._clock.elapsed() - shelved.stored < _FRESH
