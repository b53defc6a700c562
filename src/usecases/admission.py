"""What decides whether a request can run: the same for a submission and for a dry run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from ..domain.admission import request_checks
from ..domain.isolation import Isolation
from ..domain.limits import Limits
from ..domain.source import check_call
from ..domain.task import TaskRequest
from ..ports.policy_source import PolicySource
from .entitlements import Entitlements
from .known_quarantines import KnownQuarantines
from .known_sources import KnownSource, KnownSources


class Admission:
    """Knows every check of a request; each one called raises the `RequestError` that it finds.

    Args:
        sources: where sources are looked up and kept.
        limits: what the installation allows.
        isolation: the level that it gives.
        quarantines: the sources that it does not run.
        policy: which secrets tasks may name; None: what these are shows when they are run.
    """

    def __init__(
        self,
        *,
        sources: KnownSources,
        limits: Limits,
        isolation: Isolation,
        quarantines: KnownQuarantines,
        policy: PolicySource | None = None,
    ) -> None:
        self._sources = sources
        self._limits = limits
        self._isolation = isolation
        self._quarantines = quarantines
        self._entitlements = Entitlements(policy)

    def of_request(
        self, request: TaskRequest, *, namespace: str, principal: str
    ) -> Iterator[Callable[[], object]]:
        """The checks of a request by itself."""
        return request_checks(
            request,
            limits=self._limits,
            in_force=self._isolation,
            entitlement=self._entitlements.of(principal, namespace, request.function),
        )

    async def find(self, request: TaskRequest) -> KnownSource:
        """The source of a request; raises as `KnownSources.find`."""
        return await self._sources.find(request)

    def check_call(self, request: TaskRequest, source: KnownSource) -> None:
        """Return if a source can be called as a request wants it.

        Raises:
            RequestError: it has no such function, or the parameters do not fit.
        """
        check_call(source.outline, request.function, request.args, request.kwargs)

    def of_source(
        self, source: KnownSource, *, namespace: str
    ) -> Iterator[Callable[[], Awaitable[None]]]:
        """The checks of a source on this installation, whatever is called in it."""
        yield partial(self._quarantines.check, namespace, source.digest)
        yield partial(self._sources.check_needs, source)

    async def keep(self, source: KnownSource) -> None:
        """Have workers find a source; raises as `KnownSources.keep`."""
        await self._sources.keep(source)
