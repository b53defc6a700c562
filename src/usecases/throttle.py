"""Let callers ask only as often as they may."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from ..domain.errors import PortError
from ..domain.rate import RateClass, Rates, Standing, check_cost, tightest
from ..ports.clock import Clock
from ..ports.rate_limiter import RateLimiter

_log: Final = logging.getLogger(__name__)

_LEAVE_ALONE: Final = timedelta(seconds=5)
"""After it could not be reached, the limiter is not asked for so long: requests that are let
through anyway must not each wait for it in vain."""


class Throttle:
    """Counts requests by class and caller; asks nobody where there is no limit.

    Args:
        limiter: counts.
        rates: the limits.
        clock: tells when to ask a limiter again that was away.
        is_open_when_away: whether requests are let through that cannot be counted.
    """

    def __init__(
        self, limiter: RateLimiter, rates: Rates, *, clock: Clock, is_open_when_away: bool = True
    ) -> None:
        self._limiter = limiter
        self._rates = {kind: windows for kind, windows in rates.items() if windows}
        self._clock = clock
        self._is_open = is_open_when_away
        self._until: timedelta | None = None

    def limits(self, kind: RateClass) -> bool:
        """Whether requests of a class are counted at all."""
        return kind in self._rates

    async def __call__(
        self, kind: RateClass, *names: str, cost: int = 1, paid: int = 0
    ) -> Standing | None:
        """Count a request.

        Args:
            kind: its class.
            names: who is counted; each combination by itself.
            cost: how much it counts.
            paid: what of the same request was counted before.

        Returns:
            Where the caller stands, in the window that matters most to them: with a pause, the
            request was refused, and did not count. None: there is no limit, or nobody knows.

        Raises:
            BatchTooLarge: the cost is beyond what the limit lets through at once.
            PortError: the limiter does not answer, and nobody may pass uncounted.
        """
        windows = self._rates.get(kind)
        if windows is None:
            return None
        check_cost(cost + paid, windows)
        if self._until is not None and self._clock.elapsed() < self._until:
            return None
        caller = "\0".join((kind, *names))
        try:
            standings = await self._limiter.take(caller, windows, cost=cost, later=paid)
        except PortError as exc:
            if not self._is_open:
                raise
            self._until = self._clock.elapsed() + _LEAVE_ALONE
            _log.warning("requests are not counted against their limits: %s", exc)
            return None
        self._until = None
        return tightest(standings)
