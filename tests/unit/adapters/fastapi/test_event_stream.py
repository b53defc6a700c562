"""Server-sent events on the wire."""

from __future__ import annotations

import pytest

from fleeting.adapters.fastapi.event_stream import event


def test_an_event_has_a_name_a_position_and_data() -> None:
    assert event("result", b'{"a":1}', position="1-0") == (
        b'event: result\nid: 1-0\ndata: {"a":1}\n\n'
    )


@pytest.mark.parametrize("break_", [b"\n", b"\r", b"\r\n"])
def test_line_breaks_in_data_cannot_forge_another_event(break_: bytes) -> None:
    forged = b'{"a":' + break_ + break_ + b"event: forged" + break_ + b"1}"
    lines = event("result", forged).decode().splitlines()
    assert [line.partition(":")[0] for line in lines if line] == ["event"] + ["data"] * 4
    assert lines[-1] == ""
