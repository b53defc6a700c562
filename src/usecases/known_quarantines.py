"""What the API knows of sources in quarantine: their submissions are refused at once."""

from __future__ import annotations

from ..domain.quarantine import Quarantine, SourceName, quarantined
from ..ports.clock import Clock
from ..ports.quarantines import Quarantines
from .glance import Glance


class KnownQuarantines:
    """Asks the store at most once a second, for all requests.

    Args:
        quarantines: where they are kept; None: no source is ever in quarantine.
        clock: tells how old the knowledge is.
    """

    def __init__(self, quarantines: Quarantines | None, *, clock: Clock) -> None:
        self._glance = (
            None
            if quarantines is None
            else Glance(
                quarantines.in_force, list[Quarantine](), clock=clock, what="the quarantine"
            )
        )

    async def check(self, namespace: str, digest: str) -> None:
        """Return if tasks with that source may be submitted.

        Raises:
            SourceQuarantined: runs of it took their workers down.
        """
        if self._glance is None:
            return
        source = SourceName(namespace, digest)
        for one in await self._glance():
            if one.source == source:
                raise quarantined(one)
