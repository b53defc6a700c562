from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.adapters.sandbox.output import Output
from fleeting.domain.output import Unseen, unseen, unseen_at_end


@pytest.mark.parametrize(
    ("start", "seen", "expected"),
    [
        (0, 0, Unseen(0, "abcdef")),
        (0, 4, Unseen(4, "ef")),
        (10, 12, Unseen(12, "cdef")),
        (10, 16, Unseen(16, "")),
        (10, 20, Unseen(20, "")),
    ],
)
def test_a_look_at_a_run_shows_what_was_not_seen(start: int, seen: int, expected: Unseen) -> None:
    assert unseen("abcdef", start=start, seen=seen) == expected


def test_what_is_kept_no_more_is_left_out_and_counted() -> None:
    assert unseen("def", start=13, seen=10) == Unseen(13, "def")


def test_a_piece_knows_where_it_ends() -> None:
    assert Unseen(13, "def").end == 16


@given(pieces=st.lists(st.text("ab\n", max_size=9)), seen_pieces=st.integers(0, 9))
def test_the_end_shows_exactly_the_rest_of_an_output_that_is_kept_whole(
    pieces: list[str], seen_pieces: int
) -> None:
    seen = len("".join(pieces[:seen_pieces]))

    assert unseen_at_end("".join(pieces), seen=seen).text == "".join(pieces[seen_pieces:])


@given(lines=st.lists(st.text("abü", max_size=20), max_size=40), looks=st.integers(0, 40))
def test_nothing_that_is_kept_is_missed_where_the_middle_was_left_out(
    lines: list[str], looks: int
) -> None:
    """Whatever was seen live, with what comes at the end every whole line kept was told."""
    output = Output(64)
    shown = [output.feed(f"{line}\n".encode()) for line in lines] + [output.finish()]
    live = "".join(shown[:looks])

    told = live + unseen_at_end(output.text, seen=len(live)).text

    head, _, tail = output.text.partition("\n[fleeting: ")
    kept = head.split("\n")[:-1] + tail.partition("]\n")[2].split("\n")[1:]
    assert all(line in told.split("\n") for line in kept)
