"""What a run prints is shown by lines and kept in bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.adapters.sandbox.output import Output

PIECES = st.lists(st.binary(max_size=30), max_size=10)


@given(st.text().map(str.encode), st.integers(1, 10))
def test_output_in_bounds_is_kept_and_shown_whole(data: bytes, size: int) -> None:
    output = Output(max(len(data), 1))
    pieces = [data[start : start + size] for start in range(0, len(data), size)]

    shown = "".join([output.feed(piece) for piece in pieces] + [output.finish()])

    assert output.text == shown == data.decode().replace("\ufffd", "?")


@given(PIECES, st.integers(1, 40))
def test_text_is_bounded_and_begins_and_ends_as_the_output(
    pieces: list[bytes], max_bytes: int
) -> None:
    output = Output(max_bytes)
    for piece in pieces:
        output.feed(piece)
    whole = b"".join(pieces)

    head, note, tail = output.text.partition("\n[fleeting: ")

    if note:
        count, _, tail = tail.partition(" bytes left out]\n")
        assert int(count) == len(whole) - max_bytes
        half = max_bytes // 2
        assert head == decoded(whole[: max_bytes - half])
        assert tail == (decoded(whole[-half:]) if half else "")
    else:
        assert head == decoded(whole)
    assert output.is_flood is (len(whole) > 16 * max_bytes)


def decoded(data: bytes) -> str:
    return data.decode(errors="replace").replace("\ufffd", "?")


def test_lines_are_shown_when_they_are_whole() -> None:
    output = Output(1000)

    shown = [output.feed(piece) for piece in (b"on", b"e\ntwo\nthr", b"ee")]

    assert [*shown, output.finish()] == ["", "one\ntwo\n", "", "three"]
    assert output.finish() == ""


def test_line_of_any_length_is_shown_in_pieces() -> None:
    output = Output(100_000)

    assert output.feed(b"x" * 8192) == ""
    assert output.feed(b"y") == "x" * 8192 + "y"


def test_no_more_is_shown_than_is_kept() -> None:
    output = Output(6)

    assert output.feed(b"abc\n") == "abc\n"
    assert output.feed(b"defg\n") == ("de\n[fleeting: the rest is shown when the run has ended]\n")
    assert output.feed(b"more\n") == ""
    assert output.text == "abc\n[fleeting: 8 bytes left out]\nre\n"


@pytest.mark.parametrize("data", [b"\xff", "ü".encode()[:1], b"a\xc3("])
def test_bytes_that_are_no_text_take_no_more_room(data: bytes) -> None:
    output = Output(100)

    assert len(output.feed(data + b"\n").encode()) <= len(data) + 1
    assert "?" in output.text
