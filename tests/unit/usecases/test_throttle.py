"""Requests are counted where there is a limit, and pass or not where nobody can count."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.domain.errors import BatchTooLarge, RateLimited, StoreUnavailable
from fleeting.domain.rate import RateClass, Rates, Standing, Window
from fleeting.usecases.refused_tokens import RefusedTokens
from fleeting.usecases.throttle import Throttle

RATES: Rates = {
    RateClass.SUBMIT: (Window(3, 60),),
    RateClass.REFUSED: (Window(2, 60),),
    RateClass.READ: (),
}


class Counter:
    """`RateLimiter` whose windows never pass."""

    def __init__(self) -> None:
        self.taken: dict[str, int] = {}
        self.asked = 0
        self.is_away = False

    async def take(
        self, caller: str, windows: Sequence[Window], *, cost: int = 1, later: int = 0
    ) -> list[Standing]:
        self.asked += 1
        if self.is_away:
            raise StoreUnavailable("no answer")
        [window] = windows
        used = self.taken.get(caller, 0)
        if used + cost > window.amount:
            return [Standing(window, used, 30, 30 + later)]
        self.taken[caller] = used + cost
        return [Standing(window, used + cost, 60, 0)]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def throttle(counter: Counter, clock: ManualClock) -> Throttle:
    return Throttle(counter, RATES, clock=clock)


@pytest.fixture
def refused(throttle: Throttle, clock: ManualClock) -> RefusedTokens:
    return RefusedTokens(throttle, clock=clock)


async def test_nobody_is_asked_where_there_is_no_limit(
    throttle: Throttle, counter: Counter
) -> None:
    assert await throttle(RateClass.READ, "", "ann") is None
    assert not throttle.limits(RateClass.READ)
    assert counter.asked == 0


async def test_callers_and_classes_are_counted_apart(throttle: Throttle) -> None:
    for names in (("", "ann"), ("", "bob"), ("team-a", "ann")):
        found = await throttle(RateClass.SUBMIT, *names)
        assert found is not None
        assert found.used == 1


async def test_who_took_all_has_to_wait(throttle: Throttle) -> None:
    await throttle(RateClass.SUBMIT, "ann", cost=2)
    found = await throttle(RateClass.SUBMIT, "ann", cost=2, paid=1)
    assert found is not None
    assert (found.used, found.pause) == (2, 31)


async def test_cost_that_can_never_fit_is_refused_uncounted(
    throttle: Throttle, counter: Counter
) -> None:
    with pytest.raises(BatchTooLarge):
        await throttle(RateClass.SUBMIT, "ann", cost=3, paid=1)
    assert counter.asked == 0


async def test_requests_pass_while_nobody_can_count(
    throttle: Throttle, counter: Counter, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """And the limiter is left alone for a while, so that they do not wait for it each."""
    counter.is_away = True
    with caplog.at_level(logging.WARNING):
        found = [await throttle(RateClass.SUBMIT, "ann") for _ in range(10)]

    assert found == [None] * 10
    assert counter.asked == 1
    assert "not counted" in caplog.text

    counter.is_away = False
    clock.advance(timedelta(seconds=5))
    assert await throttle(RateClass.SUBMIT, "ann") is not None
    assert await throttle(RateClass.SUBMIT, "ann") is not None


async def test_no_request_passes_uncounted_where_that_is_wanted(
    counter: Counter, clock: ManualClock
) -> None:
    strict = Throttle(counter, RATES, clock=clock, is_open_when_away=False)
    counter.is_away = True
    with pytest.raises(StoreUnavailable):
        await strict(RateClass.SUBMIT, "ann")


async def test_address_is_turned_away_after_too_many_refused_tokens(
    refused: RefusedTokens, counter: Counter, clock: ManualClock
) -> None:
    """From then on nobody is asked, until its time has passed."""
    await refused.note("192.0.2.1")
    await refused.note("192.0.2.1")
    refused.check("192.0.2.1")
    with pytest.raises(RateLimited, match="try again in 30 seconds"):
        await refused.note("192.0.2.1")

    with pytest.raises(RateLimited, match="too many tokens from your address"):
        refused.check("192.0.2.1")
    refused.check("192.0.2.2")
    assert counter.asked == 3

    clock.advance(timedelta(seconds=30))
    refused.check("192.0.2.1")
    refused.check("192.0.2.1")


async def test_nobody_is_turned_away_while_nobody_can_count(
    refused: RefusedTokens, counter: Counter
) -> None:
    counter.is_away = True
    for _ in range(5):
        await refused.note("192.0.2.1")
    refused.check("192.0.2.1")


async def test_only_so_many_addresses_are_remembered(
    throttle: Throttle, clock: ManualClock
) -> None:
    refused = RefusedTokens(throttle, clock=clock, most=2)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        for _ in range(2):
            await refused.note(address)
        with pytest.raises(RateLimited):
            await refused.note(address)

    refused.check("192.0.2.1")
    with pytest.raises(RateLimited):
        refused.check("192.0.2.3")
