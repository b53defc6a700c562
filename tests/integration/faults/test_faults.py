"""Faults once each, with short leases; `make faults` has all of them happen often."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pace import QUICK
from .scenarios import SCENARIOS, Scenario
from .worker_faults import killed_at_every_point

# The rest are the same again, or shown by other tests of outages.
FEW = {
    "worker killed at every point": Scenario(killed_at_every_point, is_taken_over=True),
    **{
        name: SCENARIOS[name]
        for name in (
            "pool process killed in run",
            "worker told to stop in a long run",
            "worker stopped in run, resumed",
            "worker stopped before write, resumed",
            "long run, long countdown, no fault",
            "Redis refused",
            "connections cut five times",
            "Redis killed, fsync always",
            "password rotated",
            "failover by sentinels, min-replicas-to-write 1",
        )
    },
}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", FEW)
def test_what_is_accepted_has_its_effect_once(name: str, tmp_path: Path) -> None:
    """Nothing lost and nothing doubled where that is promised, and taken over in time."""
    scenario = FEW[name]

    tally = scenario.play(1, QUICK, tmp_path)

    assert tally.tasks > 0
    assert tally.doubled == 0, tally
    assert tally.lost == 0, tally
    if not scenario.repeats:
        assert tally.repeated == 0, tally
    if scenario.is_taken_over:
        assert max(tally.seconds) < QUICK.take_over_seconds, tally
