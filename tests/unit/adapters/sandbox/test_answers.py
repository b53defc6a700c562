"""What the process of a run answers is believed only as far as it can know it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.adapters.sandbox.answers import error_in, progress_in, value_in
from fleeting.adapters.sandbox.protocol import BadFrame
from fleeting.adapters.sandbox.script_host import _told
from fleeting.domain.errors import ResultNotSerializable, ScriptRaised
from fleeting.domain.outcome import ErrorInfo, Outcome


def payload(**fields: Any) -> bytes:
    return json.dumps({"code": "script_raised", "message": "no luck", **fields}).encode()


def test_value_is_passed_on_as_it_came() -> None:
    assert value_in(b'{"a": [1]}') == Outcome(value=b'{"a": [1]}')


@pytest.mark.parametrize("data", [b"", b"NaN", b"1e999", b'"\\ud800"', b"\xff", b"[" * 9999])
def test_value_that_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(BadFrame, match=r"^its value (is not strict JSON|holds text)"):
        value_in(data)


@pytest.mark.parametrize("error", [ScriptRaised, ResultNotSerializable])
def test_error_arrives_as_it_was_sent(error: type[ScriptRaised]) -> None:
    sent = error("no luck ü\x00")
    sent.exception, sent.traceback, sent.line, sent.path = "ValueError", "…", 3, "$.a"

    assert error_in(_told(sent)) == Outcome(error=ErrorInfo.of(sent))


def test_longest_error_fits_its_frame() -> None:
    from fleeting.adapters.sandbox.answers import caps
    from fleeting.adapters.sandbox.protocol import ERROR

    sent = ScriptRaised("\x01" * 2000)
    sent.traceback, sent.exception, sent.path = "\x01" * 8100, "\x01" * 200, "\x01" * 501

    assert len(_told(sent)) <= caps(0)[ERROR]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        payload(code="run_cancelled"),
        payload(code="run_timed_out"),
        payload(code="nonsense"),
        payload(code=1),
        payload(code=[]),
        payload(message=None),
        payload(line="3"),
        payload(line=True),
        payload(line=1.5),
        payload(traceback=1),
        payload(exception={}),
        payload(path=[]),
        payload(more=1),
        payload()[:-1],
        payload(message="\ud800"),
    ],
)
def test_error_that_no_honest_process_sends_is_refused(data: bytes) -> None:
    with pytest.raises(BadFrame, match=r"^(its error|what it answered) "):
        error_in(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (value_in, error_in, progress_in):
        try:
            read(data)
        except BadFrame:
            continue


def test_progress_is_read() -> None:
    assert progress_in(b'[1, null, ""]') == (1.0, None, "")
    assert progress_in(b'[1, 2.5, "half"]') == (1.0, 2.5, "half")


@pytest.mark.parametrize(
    "data",
    [b"[]", b"[1, 2]", b'[1, 2, ""', b'["1", 2, ""]', b"[1, 2, 3]", b"null", b"7", b'{"a": 1}',
     b'[true, 2, ""]', b'[1, 2, "", 4]', b"[" + b"9" * 400 + b', 2, ""]'],
)  # fmt: skip
def test_progress_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(BadFrame, match=r"^(it sent progress that is none|what it answered is not)"):
        progress_in(data)
