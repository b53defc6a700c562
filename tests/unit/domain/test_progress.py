"""How a script tells how far it has come."""

from __future__ import annotations

import math
import sys
from typing import Any

import pytest

from fleeting.domain.progress import MAX_NOTE, checked, listening, progress


def test_listener_of_the_context_hears() -> None:
    heard: list[Any] = []
    token = listening.set(lambda *statement: heard.append(statement))
    try:
        progress(1)
        progress(2, 3.5, note="half")
    finally:
        listening.reset(token)
    progress(3)

    assert heard == [(1.0, None, ""), (2.0, 3.5, "half")]


def test_numbers_become_floats() -> None:
    done, total, _ = checked(1, 2, "")

    assert (type(done), type(total)) == (float, float)


def test_note_is_cut() -> None:
    assert checked(1, None, "x" * (MAX_NOTE + 1))[2] == "x" * 200


def test_largest_numbers_count() -> None:
    largest = sys.float_info.max

    assert checked(largest, -largest, "") == (largest, -largest, "")


@pytest.mark.parametrize(
    ("statement", "error", "message"),
    [
        (("1", None, ""), TypeError, "done must be a number, not str"),
        ((None, None, ""), TypeError, "done must be a number, not NoneType"),
        ((True, None, ""), TypeError, "done must be a number, not bool"),
        ((1, "2", ""), TypeError, "total must be a number, not str"),
        ((1, 2, 3), TypeError, "note must be text, not int"),
        ((1, 2, None), TypeError, "note must be text, not NoneType"),
        ((math.nan, None, ""), ValueError, "done must be finite"),
        ((math.inf, None, ""), ValueError, "done must be finite"),
        ((-math.inf, None, ""), ValueError, "done must be finite"),
        ((1, 10**400, ""), ValueError, "total must be finite"),
    ],
    ids=str,
)
def test_statement_that_says_nothing_is_refused(
    statement: tuple[Any, Any, Any], error: type[Exception], message: str
) -> None:
    for way in (checked, progress):
        with pytest.raises(error) as caught:
            way(*statement)
        assert str(caught.value) == message
