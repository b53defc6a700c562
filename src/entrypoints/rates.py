"""What counts requests against the limits in the settings."""

from __future__ import annotations

from ..domain.errors import InvalidSetting
from ..domain.rate import RateClass
from ..ports.bundles import ResultStoreAdapter
from ..ports.clock import Clock
from ..usecases.refused_tokens import RefusedTokens
from ..usecases.throttle import Throttle
from .settings import Settings


def make_throttle(settings: Settings, results: ResultStoreAdapter, clock: Clock) -> Throttle | None:
    """Counts in the result store's backend; None: there are no limits.

    Raises:
        InvalidSetting: the result store cannot count.
        MissingExtra: a package that it needs is not installed.
    """
    rates = settings.rates
    if not rates:
        return None
    if results.make_rate_limiter is None:
        raise InvalidSetting(
            f"the store {settings.store.partition('://')[0]}:// cannot count requests: unset "
            "FLEETING_RATE_…, or limit them in front of the API"
        )
    return Throttle(
        results.make_rate_limiter(),
        rates,
        clock=clock,
        is_open_when_away=settings.rate_when_away == "open",
    )


def make_refused(throttle: Throttle | None, clock: Clock) -> RefusedTokens | None:
    """Turns addresses away; None: none is, whatever they come with."""
    if throttle is None or not throttle.limits(RateClass.REFUSED):
        return None
    return RefusedTokens(throttle, clock=clock)
