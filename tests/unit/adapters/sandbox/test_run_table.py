"""Which runs are going on, and whether they follow each other without a pause."""

from __future__ import annotations

from itertools import accumulate, chain, count, repeat
from typing import Any

import pytest

from fleeting.adapters.sandbox.run_table import RunTable


def a_table(*moments: float) -> RunTable[Any]:
    """One whose clock shows these, one after the other: at each begin and each end."""
    return RunTable(iter(moments or count()).__next__)


def test_no_two_runs_have_one_name():
    table = a_table()
    table.begin("a")

    with pytest.raises(ValueError, match="going on already"):
        table.begin("a")


def test_table_is_busy_while_a_run_goes_on():
    table = a_table()

    with table.known("a"):
        assert table.is_busy()

    assert not table.is_busy()


def after(table: RunTable[Any], runs: int) -> RunTable[Any]:
    for number in range(runs):
        with table.known(str(number)):
            pass
    return table


def moments(*, run: float, pause: float) -> list[float]:
    """When runs begin and end."""
    return list(accumulate(chain.from_iterable(repeat((pause, run), 20))))


def test_table_is_busy_where_runs_follow_each_other_at_once():
    assert after(a_table(*moments(run=0.001, pause=0.001)), 20).is_busy()


def test_table_is_busy_where_runs_take_longer_than_the_pauses_between_them():
    assert after(a_table(*moments(run=0.02, pause=0.01)), 20).is_busy()


def test_table_is_not_busy_where_runs_come_one_by_one():
    assert not after(a_table(*moments(run=0.001, pause=0.006)), 20).is_busy()


def test_one_run_after_the_other_has_to_be_noticed_first():
    assert not after(a_table(*moments(run=0.001, pause=0.001)), 3).is_busy()
