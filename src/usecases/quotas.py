"""Refuse submissions of a namespace that has as much as it may."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from ..domain.limits import Limits
from ..domain.usage import Usage, check_usage, has_quotas
from ..ports.clock import Clock
from ..ports.task_records import SupportsUsage
from .glance import Glance

MOST: Final = 1000
"""Namespaces known at a time; one that comes back is looked up anew."""


class _Known:
    """What a namespace had when it was looked up, and what was let in since."""

    def __init__(self, glance: Glance[Usage]) -> None:
        self._glance = glance
        self._usage = Usage()
        self._since = 0

    async def check(self, limits: Limits, count: int) -> None:
        usage = await self._glance()
        if usage is not self._usage:
            self._usage, self._since = usage, 0
        known = replace(usage, open_tasks=usage.open_tasks + self._since)
        check_usage(known, limits, count=count)
        self._since += count


class Quotas:
    """Looks at a namespace at most once a second, for all its requests.

    So several processes together may let in a second's submissions too many. Where nothing can be
    known of namespaces, none has a quota.
    """

    def __init__(self, records: object, *, limits: Limits, clock: Clock) -> None:
        is_known = isinstance(records, SupportsUsage) and has_quotas(limits)
        self._records = records if is_known else None
        self._limits = limits
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def check(self, namespace: str, count: int) -> None:
        """Return if so many tasks may be submitted to a namespace.

        Raises:
            BatchTooLarge: never so many at once.
            QuotaExceeded: it has too much; says when to come back.
        """
        if isinstance(self._records, SupportsUsage):
            known = self._known.get(namespace) or self._learn(namespace, self._records)
            await known.check(self._limits, count)

    def _learn(self, namespace: str, records: SupportsUsage) -> _Known:
        while len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        read = partial(records.usage, namespace)
        what = "what a namespace has"
        known = _Known(Glance[Usage](read, Usage(), clock=self._clock, what=what))
        self._known[namespace] = known
        return known
