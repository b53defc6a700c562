"""The first step of a submission: the request can run, and workers find its source."""

from __future__ import annotations

from ..domain.task import TaskRequest
from .admission import Admission
from .known_sources import KnownSource

Seen = dict[tuple[str | None, str | None], KnownSource]
"""Admitted sources of a batch, by what a request calls them: text or digest."""


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
            seen: the sources of the requests that came with it, which are looked at once; of the
                same namespace.

        Raises:
            RequestError: the first thing that is wrong with it.
            PortError: the source store does not answer.
        """
        for check in self._admission.of_request(request, namespace=namespace, principal=principal):
            check()
        seen = Seen() if seen is None else seen
        name = request.source, request.source_digest
        known = seen.get(name)
        source = known or await self._admission.find(request)
        self._admission.check_call(request, source)
        if known is None:
            await self._keep(source, namespace)
            seen[name] = source
        return source.digest

    async def _keep(self, source: KnownSource, namespace: str) -> None:
        for look in self._admission.of_source(source, namespace=namespace):
            await look()
        await self._admission.keep(source)
