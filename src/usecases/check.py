"""The dry run: look at a request without storing or queueing anything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from ..domain.admission import request_checks
from ..domain.errors import RequestError
from ..domain.isolation import Isolation
from ..domain.limits import Limits
from ..domain.source import check_call
from ..domain.task import TaskRequest
from ..ports.policy_source import PolicySource
from .entitlements import Entitlements
from .known_quarantines import KnownQuarantines
from .known_sources import KnownSource, KnownSources


@dataclass(frozen=True, slots=True)
class Finding:
    """What a dry run says of a request."""

    source_digest: str | None
    problems: tuple[RequestError, ...]


class CheckTask:
    """Says everything that is wrong with a request."""

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
        self, request: TaskRequest, *, namespace: str = "", principal: str = ""
    ) -> Finding:
        """Look at what somebody asks for in a namespace.

        Raises:
            PortError: the source store, or the list of workers, does not answer.
        """
        problems: list[RequestError] = []
        found: KnownSource | None = None
        for check in request_checks(
            request,
            limits=self._limits,
            in_force=self._isolation,
            entitlement=self._entitlements.of(principal, namespace, request.function),
        ):
            try:
                check()
            except RequestError as exc:
                problems.append(exc)
        try:
            found = await self._sources.find(request)
            check_call(found.outline, request.function, request.args, request.kwargs)
        except RequestError as exc:
            problems.append(exc)
        if found is not None:
            problems += await self._surroundings(found, namespace)
        return Finding(found.digest if found else None, tuple(problems))

    async def _surroundings(self, found: KnownSource, namespace: str) -> list[RequestError]:
        """What is wrong with a source on this installation, though not with its text."""
        problems: list[RequestError] = []
        for check in (
            partial(self._sources.check_needs, found),
            partial(self._quarantines.check, namespace, found.digest),
        ):
            try:
                await check()
            except RequestError as exc:
                problems.append(exc)
        return problems
