from __future__ import annotations

from itertools import product
from operator import gt, lt

import pytest

from fleeting.domain.isolation import Isolation

LEVELS = ["none", "process", "confined", "isolated"]


def test_levels_are_listed_from_weakest_to_strongest() -> None:
    assert list(Isolation) == LEVELS
    assert [level.rank for level in Isolation] == [0, 1, 2, 3]


@pytest.mark.parametrize(("left", "right"), list(product(LEVELS, LEVELS)))
def test_levels_compare_by_strength_and_not_by_spelling(left: str, right: str) -> None:
    one, other = Isolation(left), Isolation(right)

    assert (one < other) == (LEVELS.index(left) < LEVELS.index(right))
    assert (one <= other) == (LEVELS.index(left) <= LEVELS.index(right))
    assert (one > other) == (LEVELS.index(left) > LEVELS.index(right))
    assert (one >= other) == (LEVELS.index(left) >= LEVELS.index(right))


def test_level_compares_with_its_own_spelling() -> None:
    assert lt("process", Isolation.CONFINED)
    assert gt(Isolation.CONFINED, "process")


def test_level_does_not_compare_with_what_is_no_level() -> None:
    with pytest.raises(ValueError, match="vault"):
        assert Isolation.PROCESS < "vault"
