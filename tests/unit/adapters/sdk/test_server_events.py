"""The event parser follows the HTML standard, however the bytes are cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.adapters.sdk.server_events import EventParser, ServerEvent


def parse(*chunks: bytes) -> list[ServerEvent]:
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def test_an_event_has_a_name_and_data() -> None:
    assert parse(b"event: result\ndata: 1\n\n") == [ServerEvent("result", "1")]


def test_an_event_without_a_name_is_a_message() -> None:
    assert parse(b"data:1\n\n") == [ServerEvent("message", "1")]


def test_several_data_lines_are_joined() -> None:
    assert parse(b"data: a\ndata:  b\ndata\n\n") == [ServerEvent("message", "a\n b\n")]


def test_comments_and_unknown_fields_are_ignored() -> None:
    assert parse(b": keep-alive\nwhat: ever\n\ndata: 1\n\n") == [ServerEvent("message", "1")]


def test_a_block_without_data_is_no_event() -> None:
    assert parse(b"event: result\n\ndata: 1\n\n") == [ServerEvent("message", "1")]


def test_an_unfinished_event_is_not_delivered() -> None:
    assert parse(b"data: 1\n") == []


def test_a_line_separator_of_unicode_does_not_end_a_line() -> None:
    [event] = parse('data: {"a": "x\u2028y\u0085z"}\n\n'.encode())

    assert event.data == '{"a": "x\u2028y\u0085z"}'


def test_a_byte_order_mark_at_the_start_is_dropped() -> None:
    assert parse(b"\xef\xbb\xbfdata: 1\n\n") == [ServerEvent("message", "1")]


def test_the_position_counts_once_the_event_is_complete() -> None:
    parser = EventParser("5")
    list(parser.feed(b"id: 6\ndata: 1\n"))
    before = parser.last_id
    list(parser.feed(b"\n"))

    assert (before, parser.last_id) == ("5", "6")


def test_a_position_without_data_counts() -> None:
    parser = EventParser()
    assert list(parser.feed(b"id: 6\n\n")) == []

    assert parser.last_id == "6"


def test_a_position_stays_until_there_is_another() -> None:
    parser = EventParser()
    list(parser.feed(b"id: 6\ndata: 1\n\ndata: 2\n\n"))

    assert parser.last_id == "6"


def test_a_position_with_a_nul_is_ignored() -> None:
    parser = EventParser("5")
    list(parser.feed(b"id: 6\0\ndata: 1\n\n"))

    assert parser.last_id == "5"


@pytest.mark.parametrize(("text", "seconds"), [(b"1500", 1.5), (b"1.5", None), (b"", None)])
def test_the_server_may_ask_for_a_pause(text: bytes, seconds: float | None) -> None:
    parser = EventParser()
    list(parser.feed(b"retry: " + text + b"\n"))

    assert parser.retry_seconds == seconds


def test_the_next_connection_keeps_position_and_pause_and_drops_the_half_said() -> None:
    parser = EventParser()
    list(parser.feed(b"retry: 7000\nid: 6\ndata: 1\n\ndata: lost"))
    again = parser.again()

    assert (again.last_id, again.retry_seconds) == ("6", 7.0)
    assert list(again.feed(b"data: 2\n\n")) == [ServerEvent("message", "2", "6")]


@given(
    end=st.sampled_from([b"\n", b"\r", b"\r\n"]),
    data=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n")), min_size=1, max_size=4
    ),
    cuts=st.lists(st.integers(0, 200), max_size=6),
)
def test_where_the_bytes_are_cut_makes_no_difference(
    end: bytes, data: list[str], cuts: list[int]
) -> None:
    whole = b"".join(b"id: 1%bdata: %b%b%b" % (end, text.encode(), end, end) for text in data)
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    chunks = [whole[a:b] for a, b in itertools.pairwise(places)]

    assert parse(*chunks) == [ServerEvent("message", text, "1") for text in data]
