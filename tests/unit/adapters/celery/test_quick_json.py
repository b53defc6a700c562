"""Messages mean what they mean to kombu, whichever way they are read."""

from __future__ import annotations

import math
from json import JSONDecodeError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kombu.utils.json import dumps
from kombu.utils.json import loads as kombu_loads

from fleeting.adapters.celery.quick_json import loads

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_value_is_the_one_that_kombu_reads(value: object) -> None:
    raw = dumps(value).encode()

    assert loads(raw) == kombu_loads(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": 1, "a": 2}',
        b"123456789012345678901234567890",
        b"[1e400, -0, -0.0, 5e-324, 1.0]",
        b"[Infinity, -Infinity]",
        '["ä", "\\ud800"]'.encode(),
        b"[" * 300 + b"]" * 300,
        b' "x" ',
        b'{"__type__": "base64", "__value__": "eA=="}',
        b'{"\\u005f_type__": "base64", "__value__": "eA=="}',
    ],
)
def test_odd_text_is_read_alike(raw: bytes) -> None:
    expected, found = kombu_loads(raw), loads(raw)

    assert repr(found) == repr(expected)


def test_no_number_stays_none() -> None:
    assert math.isnan(loads(b"NaN"))


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[1] 2", b"{'a': 1}", b'"\t"', b"[01]"])
def test_what_kombu_refuses_is_refused(raw: bytes) -> None:
    with pytest.raises((JSONDecodeError, UnicodeDecodeError)):
        kombu_loads(raw)
    with pytest.raises((JSONDecodeError, UnicodeDecodeError)):
        loads(raw)
