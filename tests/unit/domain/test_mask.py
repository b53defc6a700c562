from __future__ import annotations

import base64
import html
import json
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fleeting.domain.json_value import JsonValue
from fleeting.domain.mask import Mask
from fleeting.domain.outcome import ErrorInfo
from fleeting.domain.secret_forms import MIN_LENGTH, forms_of

SECRET = 's3cr&t/"wörd"?'
BYTES = SECRET.encode()

SECRETS = st.text(min_size=MIN_LENGTH, max_size=12) | st.text("ab", min_size=4, max_size=8)
PLAIN = st.text(max_size=6) | st.text("ab*", max_size=6)


@st.composite
def leaks(draw: st.DrawFn) -> tuple[list[str], str]:
    """Secrets, and a text that any of their forms may stand in."""
    secrets = draw(st.lists(SECRETS, min_size=1, max_size=3))
    forms = sorted(frozenset().union(*map(forms_of, secrets)))
    assume(forms)
    piece = PLAIN | st.sampled_from(forms) | st.sampled_from(forms).map(lambda form: form[:-1])
    return secrets, "".join(draw(st.lists(piece, max_size=8)))


def chunks(text: str, cuts: list[int]) -> list[str]:
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(places)]


@given(leak=leaks(), cuts=st.lists(st.integers(0, 60), max_size=12))
def test_no_form_of_a_secret_appears_however_a_text_is_cut(
    leak: tuple[list[str], str], cuts: list[int]
) -> None:
    secrets, text = leak
    stream = Mask(secrets).stream()

    shown = "".join([*map(stream.feed, chunks(text, cuts)), stream.finish()])

    assert not [form for secret in secrets for form in forms_of(secret) if form in shown]


@given(leak=leaks(), cuts=st.lists(st.integers(0, 60), max_size=12))
def test_a_stream_shows_what_the_whole_text_would(
    leak: tuple[list[str], str], cuts: list[int]
) -> None:
    """So that a place in what was shown live is the same place in the output at the end."""
    secrets, text = leak
    assume("…" not in text)
    mask = Mask(secrets)
    stream = mask.stream()

    shown = "".join([*map(stream.feed, chunks(text, cuts)), stream.finish()])

    assert shown == mask.text(text)


@given(text=st.text(max_size=40))
def test_text_without_a_secret_stays_as_it_is(text: str) -> None:
    assume(not any(form[:MIN_LENGTH] in text for form in forms_of(SECRET)))

    assert Mask([SECRET]).text(text) == text


@given(before=st.binary(max_size=5), after=st.binary(max_size=5))
def test_base64_is_found_wherever_the_secret_stands_in_what_was_encoded(
    before: bytes, after: bytes
) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert "***" in Mask([SECRET]).text(encode(before + BYTES + after).decode())


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        base64.b64encode(BYTES).decode(),
        base64.urlsafe_b64encode(BYTES).decode().rstrip("="),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        quote_plus(SECRET),
        BYTES.hex(),
        BYTES.hex().upper(),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        repr(SECRET)[1:-1],
        repr(BYTES)[2:-1],
        ascii(SECRET)[1:-1],
        html.escape(SECRET),
        html.escape(SECRET, quote=False),
    ],
)
def test_a_form_is_masked_whole(form: str) -> None:
    assert Mask([SECRET]).text(f"<{form}>") == "<***>"


def test_a_secret_is_masked_without_the_newline_that_its_file_ends_with() -> None:
    assert Mask(["pass-word\n"]).text("is pass-word.") == "is ***."


def test_the_longest_form_goes_first() -> None:
    assert Mask(["pass", "password"]).text("password pass!") == "*** ***!"


def test_what_is_too_short_is_left() -> None:
    assert Mask(["abc"]).text("abc") == "abc"
    assert Mask([]).text("anything") == "anything"


def test_a_secret_with_a_star_gets_another_mark() -> None:
    """With `***`, masking could write what it was to mask."""
    assert Mask(["a***b"]).text("aa***bb") == "a###b"


def test_a_stream_keeps_back_no_more_than_the_beginning_of_a_secret() -> None:
    stream = Mask(["password"]).stream()

    assert stream.feed("one\nthe pass") == "one\nthe "
    assert stream.feed("enger\n") == "passenger\n"
    assert stream.feed("pass") == ""
    assert stream.feed("word\n") == "***\n"
    assert stream.finish() == ""


@pytest.mark.parametrize("cut", ["", "\n[fleeting: 7 bytes left out]\n", "\n[…]\n", "…"])
def test_the_beginning_of_a_secret_is_masked_where_text_was_cut(cut: str) -> None:
    assert Mask(["password"]).text(f"the passw{cut}") == f"the ***{cut}"


def test_the_end_of_a_secret_is_masked_after_a_cut() -> None:
    hole = "\n[fleeting: 7 bytes left out]\n"

    assert Mask(["password"]).text(f"one{hole}sword two") == f"one{hole}*** two"
    assert Mask(["password"]).text(f"one{hole}rd two") == f"one{hole}rd two"


def test_a_stream_masks_before_the_note_that_no_more_is_shown() -> None:
    note = "\n[fleeting: the rest is shown when the run has ended]\n"
    stream = Mask(["password"]).stream()

    assert stream.feed(f"the passw{note}") == f"the ***{note}"


def test_an_error_is_masked_in_all_its_texts() -> None:
    error = ErrorInfo(
        code="script_raised", message=SECRET, exception=SECRET, traceback=SECRET, path=SECRET
    )

    masked = Mask([SECRET]).error(error)

    assert (masked.message, masked.exception, masked.traceback, masked.path) == ("***",) * 4
    assert Mask([SECRET]).error(ErrorInfo(code="c", message="m")) == ErrorInfo(
        code="c", message="m"
    )


def test_an_error_is_masked_where_names_in_it_were_cut() -> None:
    error = ErrorInfo(code="c", message="at $.xpassw…[3] is", path='$["xpassw…"].a…word')

    masked = Mask(["password"]).error(error)

    assert (masked.message, masked.path) == ("at $.x***…[3] is", '$["x***…"].a…***')


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (SECRET, "$"),
        (f"<{SECRET}>", "$"),
        ([1, {"a": [BYTES.hex()]}], "$[1].a[0]"),
        ({"b": {"a": 1, f"<{SECRET}>": 1}}, "$.b"),
        ([[["12345678"]]], "$[0][0][0]"),
        (912345678, "$"),
        ({"n": 1.5e300}, "$.n"),
        ("postgres://u:pin7@db", "$"),
        (4321, "$"),
        ("a" * 100 + SECRET, "$"),
    ],
)
def test_a_secret_is_found_in_a_value_at_any_depth(value: JsonValue, place: str) -> None:
    assert Mask([SECRET, "12345678", "1.5e+300", "pin7", "4321"]).place_in(value) == place


@pytest.mark.parametrize(
    "value", [None, True, 1, "s3cr", [], {"a": ["b", 1.5]}, "spin7", "pin7s xpin7x", 0.4321, 43210]
)
def test_a_value_without_a_secret_holds_none(value: JsonValue) -> None:
    assert Mask([SECRET, "true", "null", "pin7", "4321"]).place_in(value) is None
    assert Mask([]).place_in(value) is None


def test_the_place_of_a_secret_in_a_value_shows_none() -> None:
    value: JsonValue = {"x" * 90 + SECRET: {SECRET: SECRET}}

    assert Mask([SECRET]).place_in(value) == "$"


KEY = """-----BEGIN PRIVATE KEY-----
bm8ga2V5IGF0IGFsbCwgYnV0
    aXQgaXMgbG9uZyBlbm91Z2g=
abc
-----END PRIVATE KEY-----
"""


@pytest.mark.parametrize("line", ["bm8ga2V5IGF0IGFsbCwgYnV0", "aXQgaXMgbG9uZyBlbm91Z2g="])
def test_each_line_of_a_longer_value_is_masked(line: str) -> None:
    assert Mask([KEY]).text(f"<{line}> <{line.encode().hex()}>") == "<***> <***>"
    assert Mask([KEY]).place_in([line]) == "$[0]"


@pytest.mark.parametrize("line", ["-----BEGIN PRIVATE KEY-----", "abc"])
def test_a_line_that_says_nothing_is_left(line: str) -> None:
    assert Mask([KEY]).text(f"<{line}>") == f"<{line}>"


def test_base64_in_lines_is_masked_in_each_of_them() -> None:
    secret = "".join(chr(65 + number % 26) for number in range(200))

    shown = Mask([secret]).text(base64.encodebytes(secret.encode()).decode())

    assert shown.replace("\n", "") == "***" * 4


def test_a_form_is_found_behind_what_only_begins_like_one() -> None:
    assert Mask(["pass-word", "pass"]).text("pas pass pass-wor!") == "pas *** ***-wor!"
    assert Mask(["aaab"]).text("aaaaab") == "aa***"
