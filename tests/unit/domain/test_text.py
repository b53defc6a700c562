from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.outcome import ErrorInfo
from fleeting.domain.text import storable, valid_unicode

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_what_is_stored_can_be_encoded(text: str) -> None:
    valid_unicode(text).encode()


@given(st.text())
def test_valid_text_stays_as_it_is(text: str) -> None:
    assert valid_unicode(text) == text


def test_lone_surrogate_is_written_as_its_escape() -> None:
    assert valid_unicode("a\ud800b") == "a\\ud800b"


def test_every_text_of_an_error_becomes_storable() -> None:
    error = ErrorInfo(
        code="script_raised",
        message="m\ud800",
        exception="e\ud800",
        traceback="t\ud800",
        path="p\ud800",
        line=3,
    )

    assert storable(error) == ErrorInfo(
        code="script_raised",
        message="m\\ud800",
        exception="e\\ud800",
        traceback="t\\ud800",
        path="p\\ud800",
        line=3,
    )


def test_what_an_error_does_not_say_stays_unsaid() -> None:
    error = ErrorInfo(code="task_lost", message="gone")

    assert storable(error) == error
