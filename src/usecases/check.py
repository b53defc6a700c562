"""Look at a request without running anything: the dry run, and the first step of a submission."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..domain.errors import (
    InvalidTask,
    IsolationUnavailable,
    ParametersTooLarge,
    RequestError,
    SourceTooLarge,
    SourceUnknown,
)
from ..domain.isolation import Isolation
from ..domain.json_value import encode_parameters
from ..domain.limits import Limits
from ..domain.result_key import check_function_name
from ..domain.source import SourceOutline, check_call, digest, outline
from ..domain.task import TaskRequest
from ..ports.clock import Clock
from ..ports.source_store import SourceWriter

_SHELF_SIZE: Final = 512
"""Outlines remembered by one process; an outline is small, the text itself is not kept."""

_FRESH: Final = timedelta(seconds=60)
"""How long a source counts as stored without storing it again: a store that lost its data is
whole again a minute later, and a hot script costs one write a minute."""


@dataclass(slots=True)
class _Shelved:
    outline: SourceOutline
    stored: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a dry run says of a request."""

    source_digest: str | None
    problems: tuple[RequestError, ...]


class CheckTask:
    """Decides whether a request can be accepted, and keeps its source where workers find it."""

    def __init__(
        self, *, sources: SourceWriter, clock: Clock, limits: Limits, isolation: Isolation
    ) -> None:
        self._sources = sources
        self._clock = clock
        self._limits = limits
        self._isolation = isolation
        self._shelf: OrderedDict[str, _Shelved] = OrderedDict()

    async def __call__(self, request: TaskRequest) -> Finding:
        """Dry run: everything that is wrong with the request, nothing stored, nothing queued.

        Raises:
            PortError: the source store does not answer.
        """
        problems: list[RequestError] = []
        found: str | None = None
        for check in (self._check_options, self._check_parameters):
            try:
                check(request)
            except RequestError as exc:
                problems.append(exc)
        try:
            found, shelved = await self._look_up(request)
            check_call(shelved.outline, request.function, request.args, request.kwargs)
        except RequestError as exc:
            problems.append(exc)
        return Finding(found, tuple(problems))

    async def admit(self, request: TaskRequest) -> str:
        """Make sure that the request can run and its source is stored; returns the digest.

        Raises:
            RequestError: the first thing that is wrong with it.
            PortError: the source store does not answer.
        """
        self._check_options(request)
        self._check_parameters(request)
        found, shelved = await self._look_up(request)
        check_call(shelved.outline, request.function, request.args, request.kwargs)
        await self._keep(found, shelved, request.source)
        return found

    def _check_options(self, request: TaskRequest) -> None:
        check_function_name(request.function)
        wanted = request.isolation
        if wanted is not None and wanted > self._isolation:
            raise IsolationUnavailable(
                f"isolation {wanted} is not in force on this installation, which gives "
                f"{self._isolation}: ask for {self._isolation} or less"
            )
        if self._isolation is Isolation.NONE and (request.timeout_seconds or request.memory_mb):
            raise InvalidTask(
                "timeout_seconds and memory_mb cannot be enforced with isolation none, where the "
                "script runs inside this process: leave them out or use isolation process"
            )

    def _check_parameters(self, request: TaskRequest) -> None:
        size = len(encode_parameters(request.args, request.kwargs))
        if size > self._limits.max_parameters_bytes:
            raise ParametersTooLarge(
                f"args and kwargs are {size} bytes of JSON, the limit is "
                f"{self._limits.max_parameters_bytes}: pass a reference to the data instead"
            )

    async def _look_up(self, request: TaskRequest) -> tuple[str, _Shelved]:
        if request.source is None:
            return await self._look_up_digest(request.source_digest or "")
        size = len(request.source.encode("utf-8", "surrogatepass"))
        if size > self._limits.max_source_bytes:
            raise SourceTooLarge(
                f"the source is {size} bytes, the limit is {self._limits.max_source_bytes}: "
                "split the module or move its data into parameters"
            )
        name = digest(request.source)
        return name, self._shelved(name) or self._put_on_shelf(name, outline(request.source))

    async def _look_up_digest(self, name: str) -> tuple[str, _Shelved]:
        shelved = self._shelved(name)
        if shelved is not None and self._is_fresh(shelved):
            return name, shelved
        text = await self._sources.get(name)
        if text is None:
            raise SourceUnknown(
                f"no source is stored under {name[:12]}…: submit the source itself once"
            )
        return name, shelved or self._put_on_shelf(name, outline(text))

    def _shelved(self, name: str) -> _Shelved | None:
        if name in self._shelf:
            self._shelf.move_to_end(name)
        return self._shelf.get(name)

    def _put_on_shelf(self, name: str, seen: SourceOutline) -> _Shelved:
        self._shelf[name] = shelved = _Shelved(seen)
        if len(self._shelf) > _SHELF_SIZE:
            self._shelf.popitem(last=False)
        return shelved

    def _is_fresh(self, shelved: _Shelved) -> bool:
        return shelved.stored is not None and self._clock.elapsed() - shelved.stored < _FRESH

    async def _keep(self, name: str, shelved: _Shelved, text: str | None) -> None:
        if self._is_fresh(shelved):
            return
        text = text if text is not None else await self._sources.get(name)
        if text is not None:
            await self._sources.put(name, text, keep=self._limits.source_keep)
            shelved.stored = self._clock.elapsed()
