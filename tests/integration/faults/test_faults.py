"""Every fault once or a few times with short leases; `make faults` has them happen often."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pace import QUICK
from .scenarios import SCENARIOS, Scenario
from .trap import POINTS
from .worker_faults import killed_at


def at_every_point(site, number):
    killed_at(POINTS[number])(site, 0)


FEW = {
    "worker killed at every point": (Scenario(at_every_point), len(POINTS)),
    **{
        name: (scenario, 1)
        for name, scenario in SCENARIOS.items()
        if not name.startswith("worker killed") and name != "Redis without power, fsync everysec"
    },
}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", FEW)
def test_what_is_accepted_has_its_effect_once(name: str, tmp_path: Path) -> None:
    """Nothing lost and nothing doubled where that is promised, and taken over in time."""
    scenario, rounds = FEW[name]

    tally = scenario.play(rounds, QUICK, tmp_path)

    assert tally.rounds == rounds
    assert tally.tasks > 0
    if scenario.is_lossless:
        assert (tally.lost, tally.doubled) == (0, 0), tally
    if not scenario.repeats:
        assert tally.repeated == 0, tally
    assert max(tally.seconds, default=0.0) < QUICK.take_over_seconds, tally
