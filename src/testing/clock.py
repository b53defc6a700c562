"""What every `Clock` must do."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from ..ports.clock import Clock
from .contract import Contract


class ClockContract(Contract):
    """The contract of `ports.clock.Clock`.

    Fixtures to supply:
        clock: a `Clock`.
    """

    def test_now_is_aware_utc(self, clock: Clock) -> None:
        """Times of different processes can be compared."""
        assert clock.now().tzinfo is UTC

    def test_elapsed_never_goes_back(self, clock: Clock) -> None:
        """Differences of it are never negative."""
        seen = [clock.elapsed() for _ in range(1000)]

        assert seen == sorted(seen)

    def test_sleep_takes_its_time(self, clock: Clock) -> None:
        """On the clock itself, at least the pause has passed."""
        before = clock.elapsed()

        clock.sleep(self.tick)

        assert clock.elapsed() - before >= self.tick

    def test_now_moves_with_elapsed(self, clock: Clock) -> None:
        """Both tell the same passage of time, as far as nobody sets the wall clock."""
        now, elapsed = clock.now(), clock.elapsed()

        clock.sleep(self.tick)

        drift = (clock.now() - now) - (clock.elapsed() - elapsed)
        assert abs(drift) < self.tick

    @pytest.mark.parametrize("pause", [timedelta(0), timedelta(seconds=-1)])
    def test_no_pause_is_no_sleep(self, clock: Clock, pause: timedelta) -> None:
        """A wait whose time has come already is over."""
        before = clock.elapsed()

        clock.sleep(pause)

        assert clock.elapsed() >= before
