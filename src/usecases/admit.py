"""The first step of a submission: the request can run, and workers find its source."""

from __future__ import annotations

from ..domain.admission import request_checks
from ..domain.isolation import Isolation
from ..domain.limits import Limits
from ..domain.source import check_call
from ..domain.task import TaskRequest
from .known_quarantines import KnownQuarantines
from .known_sources import KnownSources


class AdmitTask:
    """Decides whether a request can be accepted, and keeps its source if so."""

    def __init__(
        self,
        *,
        sources: KnownSources,
        limits: Limits,
        isolation: Isolation,
        quarantines: KnownQuarantines,
    ) -> None:
        self._sources = sources
        self._quarantines = quarantines
        self._limits = limits
        self._isolation = isolation

    async def __call__(self, request: TaskRequest, *, namespace: str = "") -> str:
        """Admit a request; returns the digest of its source.

        Raises:
            RequestError: the first thing that is wrong with it.
            PortError: the source store does not answer.
        """
        for check in request_checks(request, limits=self._limits, in_force=self._isolation):
            check()
        found = await self._sources.find(request)
        await self._quarantines.check(namespace, found.digest)
        check_call(found.outline, request.function, request.args, request.kwargs)
        await self._sources.check_needs(found)
        await self._sources.keep(found)
        return found.digest
