"""The first step of a submission: the request can run, and workers find its source."""

from __future__ import annotations

from ..domain.admission import request_checks
from ..domain.isolation import Isolation
from ..domain.limits import Limits
from ..domain.source import check_call
from ..domain.task import TaskRequest
from ..ports.policy_source import PolicySource
from .entitlements import Entitlements
from .known_quarantines import KnownQuarantines
from .known_sources import KnownSource, KnownSources

Seen = dict[tuple[str | None, str | None], KnownSource]
"""Admitted sources, by what a request calls them: text or digest."""


class AdmitTask:
    """Decides whether a request can be accepted, and keeps its source if so."""

    def __init__(
        self,
        *,
        sources: KnownSources,
        limits: Limits,
        isolation: Isolation,
        quarantines: KnownQuarantines,
        policy: PolicySource | None = None,
    ) -> None:
        self._entitlements = Entitlements(policy)
        self._sources = sources
        self._quarantines = quarantines
        self._limits = limits
        self._isolation = isolation

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
        for check in request_checks(
            request,
            limits=self._limits,
            in_force=self._isolation,
            entitlement=self._entitlements.of(principal, namespace, request.function),
        ):
            check()
        name = request.source, request.source_digest
        known = None if seen is None else seen.get(name)
        if known is not None:
            check_call(known.outline, request.function, request.args, request.kwargs)
            return known.digest
        found = await self._sources.find(request)
        await self._quarantines.check(namespace, found.digest)
        check_call(found.outline, request.function, request.args, request.kwargs)
        await self._sources.check_needs(found)
        await self._sources.keep(found)
        if seen is not None:
            seen[name] = found
        return found.digest
