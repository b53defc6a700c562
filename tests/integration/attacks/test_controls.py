"""Each attack works where nothing protects: else it would prove nothing that it fails elsewhere."""

from __future__ import annotations

import os

import pytest

from .attack import Attack
from .families import FAMILIES
from .setting import Arena

CASES = [
    pytest.param(attack, id=f"{family}: {attack}")
    for family, attacks in FAMILIES.items()
    for attack in attacks
]


@pytest.mark.parametrize("attack", CASES)
def test_attack_works_without_protection(control: Arena, attack: Attack) -> None:
    if attack.machine not in ("", os.uname().machine):
        pytest.skip(f"its numbers are those of {attack.machine}")

    if attack.reaches_all and os.geteuid() != 0:
        pytest.skip("it would reach all processes of whoever runs these tests")

    outcome = control.attack(attack)

    shown = attack.proof in dict(outcome["harms"])
    if not shown and attack.control:
        pytest.skip(f"no control here: {attack.control}")
    assert shown, outcome
