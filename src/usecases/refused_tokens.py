"""Turn away addresses from which too many tokens came that were refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ..domain.errors import RateLimited
from ..domain.rate import RateClass, site_of, too_often
from ..ports.clock import Clock
from .throttle import Throttle

MOST: Final = 10_000
"""Addresses that are turned away at a time: a megabyte. Beyond that the oldest is asked anew."""


class RefusedTokens:
    """So that who guesses tokens, or floods us with them, does not flood who has to check them.

    Whether an address is turned away is known in this process alone, so that a request with a good
    token costs nothing; how many were refused is counted by all processes together.
    """

    def __init__(self, throttle: Throttle, *, clock: Clock, most: int = MOST) -> None:
        self._throttle = throttle
        self._clock = clock
        self._most = most
        self._until: dict[str, timedelta] = {}

    def check(self, client: str) -> None:
        """Return if a token from that address may be looked at.

        Raises:
            RateLimited: too many of them were refused; says when to come back.
        """
        if not self._until:
            return
        site = site_of(client)
        until = self._until.get(site)
        if until is None:
            return
        left = (until - self._clock.elapsed()).total_seconds()
        if left > 0:
            raise _turned_away(left)
        del self._until[site]

    async def note(self, client: str) -> None:
        """Count a token from that address that was refused.

        Raises:
            RateLimited: it was one too many.
            PortError: the limiter does not answer, and nobody may pass uncounted.
        """
        site = site_of(client)
        standing = await self._throttle(RateClass.REFUSED, site)
        if standing is None or standing.pause <= 0:
            return
        while len(self._until) >= self._most:
            del self._until[next(iter(self._until))]
        self._until[site] = self._clock.elapsed() + timedelta(seconds=standing.pause)
        raise _turned_away(standing.pause)


def _turned_away(pause: float) -> RateLimited:
    return too_often("too many tokens from your address were refused", pause)
