"""No attack has any effect, in any setting, and the next run is as good as ever."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest

from ..servers.wait import wait_until
from .attack import Attack
from .setting import Arena
from .test_controls import CASES

_REFUSALS = frozenset(
    "OSError PermissionError FileNotFoundError BlockingIOError ProcessLookupError"
    " InterruptedError ConnectionRefusedError URLError NotImplementedError ValueError"
    " RuntimeError".split()
)
"""How Python says that the system refused. A script that fails for a reason of its own, such as a
name that it does not know, has tried nothing."""


@pytest.mark.parametrize("attack", CASES)
def test_attack_has_no_effect(arena: Arena, attack: Attack) -> None:
    if attack.machine not in ("", os.uname().machine):
        pytest.skip(f"its numbers are those of {attack.machine}")
    if attack.from_level not in ("confined", arena.setting.name):
        pytest.skip(f"held off from the level {attack.from_level} on alone")

    outcome = arena.attack(attack)

    assert outcome["harms"] == [], outcome
    assert outcome["ending"] in attack.ends, outcome
    if outcome["ending"] == "script_raised":
        assert outcome["exception"].rpartition(".")[2] in _REFUSALS | {*attack.raises}, outcome


def test_worker_is_as_before(arena: Arena) -> None:
    """After each kind of ending once more: no descriptor, thread or zombie is left, no memory."""
    kinds = ("abuse: loops", "abuse: exits", "abuse: one block", "abuse: prints without end")
    some = [case.values[0] for case in CASES if case.id in kinds]
    assert len(some) == len(kinds)
    # Once before: a process that is kept, and what Python keeps, are there from then on.
    for attack in some:
        arena.attack(attack)
    before = arena.facts()

    for attack in some:
        arena.attack(attack)

    # What is put away after a run's report may take a moment.
    wait_until(lambda: _left(before, arena.facts()) == [], within=timedelta(seconds=5))
    assert arena.facts()["memory_kb"] < before["memory_kb"] + 4096


def _left(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What there is more of."""
    counted = ("descriptors", "threads", "zombies")
    return [what for what in counted if after[what] > before[what]]
