"""What every `RateLimiter` must do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest

from ..domain.errors import StoreUnavailable
from ..domain.rate import Standing, Window
from ..ports.rate_limiter import RateLimiter
from .contract import Contract, PassTime, Run

_LONG: Final = Window(10, 3600)
_SHORT: Final = Window(4, 3)
"""Long enough that a machine which is busy for two seconds does not change the outcome."""

_NAMES: Final = ("bob", "", "ann ", "ann\0", "{ann}", "ä\n*" * 1000, "\ud800")


async def _take(
    limiter: RateLimiter,
    caller: str,
    windows: Sequence[Window],
    *,
    cost: int = 1,
    later: int = 0,
) -> list[Standing]:
    return await limiter.take(caller, windows, cost=cost, later=later)


async def _crowd(limiter: RateLimiter, count: int) -> list[Standing]:
    answers = await asyncio.gather(*(limiter.take("ann", [_LONG]) for _ in range(count)))
    return [one for [one] in answers]


class RateLimiterContract(Contract):
    """The contract of `ports.rate_limiter.RateLimiter`.

    Fixtures to supply:
        limiter: a `RateLimiter` of which nothing was taken yet.
        pass_time: `PassTime`; waits, or moves the backend's clock.
        broken: another, whose backend cannot be reached.
    """

    def test_what_is_taken_is_counted(self, run: Run, limiter: RateLimiter) -> None:
        """One by one, and by cost."""
        run(_take(limiter, "ann", [_LONG]))
        [found] = run(_take(limiter, "ann", [_LONG], cost=6))

        assert (found.window, found.used, found.remaining, found.pause) == (_LONG, 7, 3, 0)

    def test_a_window_frees_what_was_taken_when_it_has_passed(
        self, run: Run, limiter: RateLimiter
    ) -> None:
        """The standing says when."""
        [found] = run(_take(limiter, "ann", [_LONG]))

        assert _LONG.seconds - 60 < found.reset <= _LONG.seconds

    def test_what_does_not_fit_is_not_counted(self, run: Run, limiter: RateLimiter) -> None:
        """Nor a part of it."""
        run(_take(limiter, "ann", [_LONG], cost=8))

        [refused] = run(_take(limiter, "ann", [_LONG], cost=3))
        [taken] = run(_take(limiter, "ann", [_LONG], cost=2))

        assert refused.pause > 0
        assert refused.used == 8
        assert (taken.used, taken.pause) == (10, 0)

    def test_nothing_is_taken_of_a_window_if_another_is_full(
        self, run: Run, limiter: RateLimiter
    ) -> None:
        """Whichever comes first; only the full one has a pause."""
        full = Window(2, 60)
        for windows in ([_LONG, full], [full, _LONG]):
            name = str(windows)
            run(_take(limiter, name, windows, cost=2))
            by_window = {one.window: one for one in run(_take(limiter, name, windows))}

            assert by_window[_LONG].used == 2
            assert by_window[_LONG].pause == 0
            assert by_window[full].pause > 0

    def test_callers_are_counted_apart(self, run: Run, limiter: RateLimiter) -> None:
        """By their whole name, whatever is in it."""
        run(_take(limiter, "ann", [_LONG], cost=10))

        found = [run(_take(limiter, name, [_LONG])) for name in _NAMES]
        assert [one.used for [one] in found] == [1] * len(_NAMES)

    def test_a_crowd_gets_as_much_as_there_is(self, run: Run, limiter: RateLimiter) -> None:
        """Those who ask at the same time are served one after the other."""
        found = run(_crowd(limiter, 50))

        assert sum(one.pause == 0 for one in found) == _LONG.amount

    def test_there_is_room_after_the_pause(
        self, run: Run, limiter: RateLimiter, pass_time: PassTime
    ) -> None:
        """For as much as was asked for, and not before."""
        run(_take(limiter, "ann", [_SHORT], cost=2))
        pass_time(timedelta(seconds=1))
        run(_take(limiter, "ann", [_SHORT], cost=2))

        [one] = run(_take(limiter, "ann", [_SHORT], cost=2))
        [all_] = run(_take(limiter, "ann", [_SHORT], cost=2, later=2))

        assert one.pause + 0.5 < all_.pause <= _SHORT.seconds
        pass_time(timedelta(seconds=one.pause))
        [after] = run(_take(limiter, "ann", [_SHORT], cost=2))
        assert after.pause == 0
        assert after.used == _SHORT.amount, "what came later is still in the window"

    def test_backend_that_is_away_is_named(self, run: Run, broken: RateLimiter) -> None:
        """By the error of the port."""
        with pytest.raises(StoreUnavailable):
            run(_take(broken, "ann", [_LONG]))
