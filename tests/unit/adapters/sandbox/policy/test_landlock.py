"""What a ruleset takes away at each version of Landlock (landlock(7), uapi/linux/landlock.h)."""

from __future__ import annotations

import pytest

from fleeting.adapters.sandbox.policy.landlock import handled


@pytest.mark.parametrize(
    ("abi", "expected"),
    [
        (1, (0x1FFF,)),
        (2, (0x3FFF,)),
        (3, (0x7FFF,)),
        (4, (0x7FFF, 0b11)),
        (5, (0xFFFF, 0b11)),
        (6, (0xFFFF, 0b11, 0b11)),
        (7, (0xFFFF, 0b11, 0b11)),
        (9, (0xFFFF, 0b11, 0b11)),
    ],
)
def test_all_that_a_version_knows_is_taken_away(abi: int, expected: tuple[int, ...]) -> None:
    assert handled(abi) == expected
