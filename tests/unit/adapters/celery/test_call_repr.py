"""What of a call may be seen."""

from __future__ import annotations

import pytest

from fleeting.adapters.celery.call_repr import describe_call
from fleeting.domain.source import digest

KEY = "add_1763683200000_0123456789abcdef"


def test_key_function_and_digest_are_shown():
    kwargs = {"key": KEY, "function": "add", "source_digest": "a" * 64, "args": ["SECRET"]}

    assert describe_call(kwargs) == repr({"key": KEY, "function": "add", "source_digest": "a" * 64})


def test_a_source_is_shown_by_its_digest():
    assert describe_call({"source": "SECRET = 1"}) == repr({"source_digest": digest("SECRET = 1")})


@pytest.mark.parametrize(
    "kwargs",
    [
        None,
        "SECRET",
        ["SECRET"],
        {"key": "SECRET", "function": "SECRET", "source_digest": "SECRET"},
        {"key": ["SECRET"], "source": ["SECRET"]},
        {"source": "\ud800SECRET"},
        {"SECRET": "SECRET"},
    ],
)
def test_nothing_else_is_shown(kwargs):
    assert "SECRET" not in describe_call(kwargs)
