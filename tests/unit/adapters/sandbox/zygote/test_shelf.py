"""Data that children share: read by all, changed by none."""

from __future__ import annotations

import errno
import mmap
import os
import sys

import pytest

from fleeting.adapters.sandbox.zygote.shelf import Shelf

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fork servers are for Linux")


def filled(*pieces: bytes) -> tuple[Shelf, list[slice]]:
    shelf = Shelf()
    places = [shelf.put(piece) for piece in pieces]
    shelf.close()
    return shelf, places


def test_gives_back_each_piece() -> None:
    shelf, places = filled(b"first", b"", b"second" * 10_000)

    assert [bytes(shelf.get(place)) for place in places] == [b"first", b"", b"second" * 10_000]


def test_pieces_cannot_be_written_to() -> None:
    shelf, (place,) = filled(b"piece")

    assert shelf.get(place).readonly


def test_lies_in_a_mapping_of_a_file_and_not_in_objects() -> None:
    shelf, (place,) = filled(b"piece")

    assert isinstance(shelf.get(place).obj, mmap.mmap)


def test_does_without_files_in_memory_where_the_system_refuses_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "memfd_create", refuse)

    shelf, (first, second) = filled(b"first", b"second")

    assert [bytes(shelf.get(place)) for place in (first, second)] == [b"first", b"second"]
    assert shelf.get(first).readonly
