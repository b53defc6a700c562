"""What the text of a module tells about a call, without running any of it."""

from __future__ import annotations

import hashlib
import sys
import warnings
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.errors import (
    FunctionNotFound,
    NotAFunction,
    ParametersDoNotFit,
    SourceSyntaxError,
)
from fleeting.domain.executor import Call, execute
from fleeting.domain.outcome import ErrorInfo, Outcome
from fleeting.domain.source import Kind, check_call, digest, outline

from .test_signature import CALLS, definitions


@given(st.text())
def test_digest_is_sha256_of_utf8(text: str) -> None:
    if text.isascii():
        assert digest(text) == hashlib.sha256(text.encode("ascii")).hexdigest()
    assert len(digest(text)) == 64


def test_digest_of_letters_beyond_ascii() -> None:
    assert digest("ü") == hashlib.sha256(b"\xc3\xbc").hexdigest()


def test_digest_of_a_lone_surrogate_exists() -> None:
    """So that the text gets as far as being refused."""
    assert digest("\ud800") != digest("\ud801")


def kinds(text: str) -> dict[str, str]:
    return {name: str(binding.kind) for name, binding in outline(text).names.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(): pass", {"f": "function"}),
        ("async def f(): pass", {"f": "async function"}),
        ("class C: pass", {"C": "class"}),
        ("@d\nclass C: pass", {"C": "other"}),
        ("@d\ndef f(): pass", {"f": "function"}),
        ("f = 1", {"f": "other"}),
        ("f: int = 1", {"f": "other"}),
        ("f += 1", {"f": "other"}),
        ("a, (b, *c) = 1", {"a": "other", "b": "other", "c": "other"}),
        ("import os.path", {"os": "other"}),
        ("import os.path as p", {"p": "other"}),
        ("from os import path, sep as s", {"path": "other", "s": "other"}),
        ("for i in x: pass", {"i": "other"}),
        ("with x as y: pass", {"y": "other"}),
        ("try: pass\nexcept E as e: pass", {"e": "other"}),
        ("try: pass\nexcept E: pass", {}),
        ("(f := 1)", {"f": "other"}),
        ("[i for i in x if (last := i)]", {"last": "other"}),
        ("{k: v for k, v in x}", {}),
        ("print((d := x) for a in b)", {"d": "other"}),
        ("x.y = 1\nz[0] = 1", {}),
        (("match x:\n case [a, *b]: pass\n case {'k': c, **d}: pass\n case int() as e: pass\n"
         " case {'k': 0}: pass\n case [0, *_]: pass\n case _: pass"),
         {"a": "other", "b": "other", "c": "other", "d": "other", "e": "other"}),
        ("if x:\n def f(): pass", {"f": "function"}),
        ("if x:\n def f(): pass\nelse:\n def f(a): pass", {"f": "other"}),
        ("try:\n from x import f\nexcept ImportError:\n def f(): pass", {"f": "other"}),
        ("def f(): pass\nf = d(f)", {"f": "other"}),
        ("f = 1\ndef f(): pass", {"f": "function"}),
        ("def f(): pass\nclass f: pass", {"f": "class"}),
        ("def f(): pass\ndel f", {"f": "other"}),
        ("def f():\n global g\n g = 1", {"f": "function", "g": "other"}),
        ("def f(): pass\ndef g():\n global f\n f = 1", {"f": "other", "g": "function"}),
        ("def f():\n x = 1\n def inner(): pass", {"f": "function"}),
        ("class C:\n x = 1\n def m(self): pass", {"C": "class"}),
        ("f = lambda x: (y := x)", {"f": "other"}),
        ("print(f)", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_names_at_the_top_level(text: str, expected: dict[str, str]) -> None:
    assert kinds(text) == expected


def test_kinds_are_worded_for_people() -> None:
    assert [str(kind) for kind in Kind] == ["function", "async function", "class", "other"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
def test_type_alias_is_a_name() -> None:
    assert kinds("type T = int") == {"T": "other"}


@given(definitions(), CALLS)
def test_check_of_a_definition_agrees_with_the_executor(
    text: str, call: tuple[int, set[str]]
) -> None:
    """A call that passes the check runs; one that does not fails with the same words."""
    args, kwargs = [0] * call[0], dict.fromkeys(call[1], 0)
    outcome = execute(
        Call(source=text, digest="0" * 64, function="f", args=args, kwargs=kwargs,
             max_value_bytes=99)
    )  # fmt: skip

    try:
        check_call(outline(text), "f", args, kwargs)
        expected = Outcome(value=b"null")
    except ParametersDoNotFit as exc:
        expected = Outcome(error=ErrorInfo.of(exc))

    assert outcome == expected


@pytest.mark.parametrize(
    ("text", "function", "message"),
    [
        ("def add(): pass\ndef sub(): pass", "ad",
         "the source has no function 'ad'; did you mean add?"),
        ("def add1(): pass\nasync def add2(): pass", "add",
         "the source has no function 'add'; did you mean add2 or add1?"),
        ("\n".join(f"def add{n}(): pass" for n in range(6)), "add",
         "the source has no function 'add'; did you mean add5 or add4 or add3 or add2 or add1?"),
        ("def add(): pass\nimport os\nC = 1\nclass K: pass", "zzz",
         "the source has no function 'zzz'; it has add"),
        ("\n".join(f"def f{n}(): pass" for n in (5, 4, 3, 2, 1)), "zzz",
         "the source has no function 'zzz'; it has f1, f2, f3, f4, f5"),
        ("\n".join(f"def f{n}(): pass" for n in range(6)), "zzz",
         "the source has no function 'zzz'; it has f0, f1, f2, f3, f4, …"),
        ("x = 1", "f", "the source has no function 'f'; it has none at its top level"),
        ("class Stats:\n def mean(self): pass", "mean",
         "Stats.mean cannot be called; add a top-level function that calls it"),
        ("class Stats:\n async def mean(self): pass", "mean",
         "Stats.mean cannot be called; add a top-level function that calls it"),
        ("class Stats:\n def mean(self): pass", "Stats.mean",
         "Stats.mean cannot be called; add a top-level function that calls it"),
        ("class Stats:\n mean = 1", "mean",
         "the source has no function 'mean'; it has none at its top level"),
        ("def f(): pass", "g" * 200,
         f"the source has no function '{'g' * 128}'; it has f"),
    ],
)  # fmt: skip
def test_missing_function_is_told_with_what_is_near(text: str, function: str, message: str) -> None:
    with pytest.raises(FunctionNotFound) as caught:
        check_call(outline(text), function, [], {})

    assert caught.value.message == message


def test_class_is_not_a_function() -> None:
    with pytest.raises(NotAFunction) as caught:
        check_call(outline("class Stats: pass"), "Stats", [], {})

    assert caught.value.message == (
        "Stats is not a function but of type class; name a top-level function"
    )


@pytest.mark.parametrize(
    "text",
    [
        "from tools import f",
        "import tools as f",
        "from tools import *",
        "f = make()",
        "@decorator\ndef f(): pass",
        "@decorator\nasync def f(): pass",
        "@decorator\nclass f: pass",
        "if x:\n def f(): pass\nelse:\n def f(a): pass",
        "exec('def f(a): pass')",
        "globals()['f'] = len",
        "vars()['f'] = len",
        "locals()['f'] = len",
        "def g():\n global f\n f = len",
    ],
)
def test_what_the_text_does_not_tell_passes(text: str) -> None:
    check_call(outline(text), "f", [1], {})


@pytest.mark.parametrize("text", ["execute()", "x = 'exec'", "x.globals()"])
def test_names_that_merely_look_dynamic_do_not_count(text: str) -> None:
    with pytest.raises(FunctionNotFound):
        check_call(outline(text), "f", [], {})


def test_parameters_are_checked_where_the_text_tells_them() -> None:
    with pytest.raises(ParametersDoNotFit, match="misses 'b'; it is f"):
        check_call(outline("async def f(a, b): pass"), "f", [1], {})


def test_nothing_is_run() -> None:
    outline("raise SystemExit\ndef f(): pass")


def syntax_error(text: str) -> SourceSyntaxError:
    with pytest.raises(SourceSyntaxError) as caught:
        outline(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("x = 1\nreturn 1", 2, "line 2: 'return' outside function\n    return 1\n    ^"),
        ("x = (1\n", 1, "line 1: '(' was never closed\n    x = (1\n        ^"),
        ("if a:\n    x = = 1", 2, "line 2: invalid syntax\n        x = = 1\n            ^"),
        ("a\r\nx = = 1\r\n", 2, "line 2: invalid syntax\n    x = = 1\n        ^"),
        ("x =\t= 1", 1, "line 1: invalid syntax\n    x = = 1\n        ^"),
        ("a\r\nb\rx = = 1\n", 3, "line 3: invalid syntax\n    x = = 1\n        ^"),
        ("a = '\x0c\x1c'\nx = = 1", 2, "line 2: invalid syntax\n    x = = 1\n        ^"),
        ("x = " + "a" * 90 + " = = 1", 1,
         "line 1: invalid syntax\n    " + "a" * 46 + " = = 1\n    " + " " * 49 + "^"),
        ("from __future__ import x", 1,
         "line 1: future feature x is not defined\n    from __future__ import x\n    ^"),
    ],
)  # fmt: skip
def test_syntax_error_shows_the_line(text: str, line: int, message: str) -> None:
    error = syntax_error(text)

    assert error.line == line
    assert error.message == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = '\0'", "the source holds a null byte: send it as text"),
        ("x = '\ud800'", "the source holds a lone surrogate, which is not valid Unicode"),
        ("x = " + "-" * 10_000 + "1",
         "the source is nested too deeply to compile: split its longest expressions"),
        ("x = " + "a." * 10_000 + "b",
         "the source is nested too deeply to compile: split its longest expressions"),
    ],
)  # fmt: skip
def test_source_that_has_no_line_to_blame(text: str, message: str) -> None:
    error = syntax_error(text)

    assert (error.message, error.line) == (message, None)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(SourceSyntaxError):
        outline(text)


def test_warnings_about_a_source_stay_away_from_the_log() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        outline("x = 1 is 1")

    assert caught == []


def test_future_flags_of_the_platform_are_not_passed_on() -> None:
    """This package postpones annotations; a script that does not say so has them evaluated."""
    text = "def f(a: int): pass\ndef g(): return str(f.__annotations__)"
    call = Call(source=text, digest="0" * 64, function="g", args=[], kwargs={}, max_value_bytes=99)

    assert execute(call).value == b"\"{'a': <class 'int'>}\""
