"""Frames survive any way of being cut, and nothing that is no frame gets far."""

from __future__ import annotations

import os
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.adapters.sandbox.protocol import (
    ERROR,
    PROGRESS,
    VALUE,
    BadFrame,
    FrameReader,
    frame,
    read_frame,
    write_all,
)

FRAMES = st.lists(st.tuples(st.sampled_from([VALUE, ERROR, PROGRESS]), st.binary(max_size=50)))


@given(FRAMES, st.integers(1, 60))
def test_frames_arrive_whole_in_pieces_of_any_size(
    frames: list[tuple[bytes, bytes]], size: int
) -> None:
    reader = FrameReader({VALUE: 50, ERROR: 50, PROGRESS: 50})
    data = b"".join(frame(kind, payload) for kind, payload in frames)

    pieces = [data[start : start + size] for start in range(0, len(data), size)]

    assert [found for piece in pieces for found in reader.feed(piece)] == frames


def test_longest_payload_is_taken_and_one_more_byte_refused_from_its_header() -> None:
    reader = FrameReader({VALUE: 3})

    assert list(reader.feed(frame(VALUE, b"abc"))) == [(VALUE, b"abc")]
    with pytest.raises(BadFrame, match=r"^it announced 4 bytes where 3 are allowed$"):
        list(reader.feed(frame(VALUE, b"abcd")[:5]))


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(BadFrame, match=r"^it answered with a frame of an unknown kind$"):
        list(FrameReader({VALUE: 3}).feed(b"Z\0\0\0\0"))


@given(st.binary(min_size=5, max_size=100))
def test_any_bytes_are_frames_or_refused(data: bytes) -> None:
    try:
        found = list(FrameReader({VALUE: 10}).feed(data))
    except BadFrame:
        return
    assert all(kind == VALUE and len(payload) <= 10 for kind, payload in found)


def test_frame_larger_than_a_pipe_is_written_and_read_whole() -> None:
    reading, writing = os.pipe()
    payload = os.urandom(300_000)
    writer = Thread(target=write_all, args=(writing, frame(VALUE, payload)))
    writer.start()
    try:
        assert read_frame(reading) == payload
    finally:
        writer.join()
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize("sent", [b"", b"V\0", frame(VALUE, b"abc")[:-1]])
def test_peer_that_goes_in_mid_frame_is_noticed(sent: bytes) -> None:
    reading, writing = os.pipe()
    os.write(writing, sent)
    os.close(writing)
    try:
        with pytest.raises(EOFError):
            read_frame(reading)
    finally:
        os.close(reading)
