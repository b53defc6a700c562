"""What a script prints is passed on once, whatever part of it a look shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fleeting.entrypoints.cli.output_tail import OutputTail

LINES = st.lists(st.integers(0, 10**6).map(lambda n: f"line {n}\n"), unique=True, max_size=30)


def passed_on(*windows: str) -> str:
    tail = OutputTail()
    return "".join(tail.new(window) for window in windows)


def test_a_growing_text_is_passed_on_as_it_grows() -> None:
    tail = OutputTail()

    assert [tail.new("a"), tail.new("a"), tail.new("ab\n")] == ["a", "", "b\n"]


def test_what_slides_out_of_the_window_is_not_said_again() -> None:
    assert passed_on("abcd", "cdef", "fgh") == "abcdefgh"


def test_the_whole_at_the_end_adds_only_what_was_not_seen() -> None:
    assert passed_on("cdef", "abcdefgh") == "cdefgh"


def test_a_window_that_has_lost_the_thread_is_shown_whole() -> None:
    assert passed_on("abc", "xyz") == "abcxyz"


@given(lines=LINES, size=st.integers(40, 200))
def test_windows_that_overlap_give_the_whole_text(lines: list[str], size: int) -> None:
    """Each look comes before more than a window has been printed."""
    so_far = ["".join(lines[: n + 1]) for n in range(len(lines))]

    assert passed_on(*(text[-size:] for text in so_far), "".join(lines)) == "".join(lines)
