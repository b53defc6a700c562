from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fleeting.domain.bounds import UNBOUNDED, Bounds, check_enforced, check_mode
from fleeting.domain.errors import InvalidTask, IsolationUnavailable
from fleeting.domain.isolation import Isolation

EACH: list[tuple[dict[str, Any], str, Isolation]] = [
    ({"cpu_time": timedelta(seconds=1)}, "cpu_seconds", Isolation.PROCESS),
    ({"threads": 1}, "threads", Isolation.CONFINED),
    ({"scratch_bytes": 1}, "scratch_mb", Isolation.ISOLATED),
    ({"network": ("tcp:a:1",)}, "network", Isolation.CONFINED),
]


@pytest.mark.parametrize(("given", "name", "least"), EACH)
def test_each_bound_takes_the_level_that_enforces_it(
    given: dict[str, Any], name: str, least: Isolation
) -> None:
    bounds = Bounds(**given)

    assert bounds.asked == (name,)
    for level in Isolation:
        if level >= least:
            check_enforced(bounds, level)
        else:
            with pytest.raises(IsolationUnavailable, match=f"^{name} takes isolation {least}, and"):
                check_enforced(bounds, level)


@pytest.mark.parametrize("level", Isolation)
def test_no_bounds_are_fine_everywhere(level: Isolation) -> None:
    assert UNBOUNDED.asked == ()
    check_enforced(UNBOUNDED, level)


@pytest.mark.parametrize(("given", "name", "_"), EACH)
def test_bounded_run_shares_no_process(given: dict[str, Any], name: str, _: Isolation) -> None:
    with pytest.raises(InvalidTask, match=f"mode reuse does not go with {name}"):
        check_mode("reuse", Bounds(**given))
    check_mode("fresh", Bounds(**given))
    check_mode(None, Bounds(**given))


def test_unbounded_run_may_share_a_process() -> None:
    check_mode("reuse", UNBOUNDED)
