"""Which runs are going on, and whether they follow each other without a pause."""

from __future__ import annotations

from itertools import count
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


def test_table_is_busy_where_runs_follow_each_other_at_once():
    table = a_table(0.0, 1.0, 1.001, 2.0)

    for name in ("a", "b"):
        with table.known(name):
            pass

    assert table.is_busy()


def test_table_is_not_busy_after_a_run_that_came_alone():
    table = a_table(0.0, 1.0, 1.02, 2.0)

    for name in ("a", "b"):
        with table.known(name):
            pass

    assert not table.is_busy()
