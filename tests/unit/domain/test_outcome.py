"""Errors of ours as plain data."""

from __future__ import annotations

import pytest

from fleeting.domain.errors import ResultNotSerializable, RunError, ScriptRaised
from fleeting.domain.outcome import ErrorInfo, Outcome


def test_error_as_data_says_what_the_error_says() -> None:
    error = ScriptRaised("no luck")
    error.exception, error.traceback, error.line = "ValueError", "Traceback …", 3

    assert ErrorInfo.of(error) == ErrorInfo(
        code="script_raised",
        message="no luck",
        exception="ValueError",
        traceback="Traceback …",
        line=3,
    )


def test_place_in_a_value_is_kept() -> None:
    error = ResultNotSerializable("$.a is …")
    error.path = "$.a"

    assert ErrorInfo.of(error).path == "$.a"


@pytest.mark.parametrize("error", [RunError, ScriptRaised])
def test_error_without_facts_has_none(error: type[RunError]) -> None:
    info = ErrorInfo.of(error("text"))

    assert info == ErrorInfo(code=error.code, message="text")


def test_outcome_is_empty_until_it_is_set() -> None:
    assert Outcome() == Outcome(value=None, error=None)
