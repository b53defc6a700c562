"""The first step of a submission: the request can run, and workers find its source."""

from __future__ import annotations

from ..domain.task import TaskRequest
from .admission import Admission
from .known_sources import KnownSource

Seen = dict[tuple[str | None, str | None], KnownSource]
"""Sources of a batch, by what a request calls them: text or digest."""


class AdmitTask:
    """Decides whether a request can be accepted, and keeps its source if so."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    async def __call__(
        self,
        request: TaskRequest,
        *,
        namespace: str = "",
        principal: str = "",
        seen: Seen | None = None,
    ) -> str:
        """Admit a request; returns the digest of its source.

        Args:
            request: what is asked for.
            namespace: whose.
            principal: the subject who asks; "": nobody knows.
            seen: the sources of the requests that came with it, which are looked up once.

        Raises:
            RequestError: the first thing that is wrong with it.
            PortError: the source store does not answer.
        """
        for check in self._admission.of_request(request, namespace=namespace, principal=principal):
            check()
        source = await self._find(request, Seen() if seen is None else seen)
        for look in self._admission.of_source(request, source, namespace=namespace):
            await look()
        await self._admission.keep(source)
        return source.digest

    async def _find(self, request: TaskRequest, seen: Seen) -> KnownSource:
        name = request.source, request.source_digest
        if name not in seen:
            seen[name] = await self._admission.find(request)
        return seen[name]
