"""Whether parameters fit a function, said the same for its text and for the function itself."""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fleeting.domain.errors import ParametersDoNotFit
from fleeting.domain.signature import Signature, check_fit, fits_plainly, signature_in, signature_of

NAMES = ("a", "b", "c", "d", "e")


@st.composite
def definitions(draw: st.DrawFn) -> str:
    """The text of a function with any mixture of parameters."""
    names = list(NAMES[: draw(st.integers(0, 5))])
    bars = sorted(draw(st.tuples(st.integers(0, 5), st.integers(0, 5))))
    positional_only, positional = names[: bars[0]], names[bars[0] : bars[1]]
    named = names[bars[1] :]
    first_default = draw(st.integers(0, 6))
    pieces = [
        f"{name}=0" if index >= first_default else name
        for index, name in enumerate(positional_only + positional)
    ]
    if positional_only:
        pieces.insert(len(positional_only), "/")
    star = draw(st.sampled_from(["", "*args"])) or ("*" if named else "")
    pieces += [star] if star else []
    pieces += [draw(st.sampled_from([name, f"{name}=0"])) for name in named]
    pieces += draw(st.sampled_from([[], ["**rest"]]))
    return f"def f({', '.join(pieces)}): pass"


CALLS = st.tuples(
    st.integers(0, 6), st.sets(st.sampled_from([*NAMES, "args", "rest", "z"]), max_size=4)
)


def function_of(text: str) -> Callable[..., object]:
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    function: Callable[..., object] = namespace["f"]
    return function


def signature_in_text(text: str) -> Signature:
    [definition] = ast.parse(text).body
    assert isinstance(definition, ast.FunctionDef)
    return signature_in(definition.args)


def fits(function: Callable[..., object], positions: int, names: set[str]) -> bool:
    try:
        function(*[0] * positions, **dict.fromkeys(names, 0))
    except TypeError:
        return False
    return True


@given(definitions(), CALLS)
@example("def f(a, /, **rest): pass", (1, {"a"}))
@example("def f(a, /, **rest): pass", (0, {"a"}))
@example("def f(a, /, b): pass", (0, {"a", "b"}))
@example("def f(a=0, /, b=0): pass", (0, {"b"}))
def test_what_fits_is_what_python_calls(text: str, call: tuple[int, set[str]]) -> None:
    function = function_of(text)
    signature = signature_of(function)

    assert signature is not None
    assert (signature.misfit(*call) is None) is fits(function, *call)


@given(definitions(), st.integers(0, 6))
@example("def f(a, b=0): pass", 1)
@example("def f(a, b=0): pass", 3)
@example("def f(a, *, b): pass", 1)
def test_what_fits_plainly_is_taken_by_python(text: str, positions: int) -> None:
    function = function_of(text)

    assert not fits_plainly(function, positions) or fits(function, positions, set())


def test_a_plain_function_fits_plainly_and_what_declares_its_signature_never() -> None:
    function = function_of("def f(a, b=0): pass")
    declared = function_of("def f(a, b=0): pass")
    declared.__signature__ = inspect.Signature()  # type: ignore[attr-defined]

    assert fits_plainly(function, 1)
    assert not fits_plainly(declared, 1)
    assert not fits_plainly(print, 1)


@given(definitions(), CALLS)
def test_text_function_and_python_say_the_same(text: str, call: tuple[int, set[str]]) -> None:
    function = function_of(text)
    inspected = function_of(text)
    inspected.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]

    found = [signature_in_text(text), signature_of(function), signature_of(inspected)]

    assert len({str(signature) for signature in found}) == 1
    assert len({signature.misfit(*call) for signature in found if signature}) == 1


@pytest.mark.parametrize(
    ("head", "shown"),
    [
        ("", "()"),
        ("a", "(a)"),
        ("a, /, b, *, c=1", "(a, /, b, *, c=…)"),
        ("a, b=2, *args, c, **kw", "(a, b=…, *args, c, **kw)"),
        ("*args, c", "(*args, c)"),
        ("a=1, /", "(a=…, /)"),
        (", ".join(f"parameter_{n:03}" for n in range(20)), None),
    ],
)
def test_signature_is_shown_as_in_a_source(head: str, shown: str | None) -> None:
    whole = f"({head})"
    expected = shown or f"{whole[:201]}…)"

    assert str(signature_in_text(f"def f({head}): pass")) == expected


@pytest.mark.parametrize(
    ("head", "positions", "names", "reason"),
    [
        ("a, b", 1, [], "f() misses 'b'; it is f(a, b)"),
        ("a, b", 0, [], "f() misses 'a' and 'b'; it is f(a, b)"),
        ("a, /, b, *, c", 0, [], "f() misses 'a' and 'b' and 'c'; it is f(a, /, b, *, c)"),
        ("a", 2, [], "f() takes 1 parameter by position, 2 given; it is f(a)"),
        ("", 1, [], "f() takes 0 parameters by position, 1 given; it is f()"),
        ("a, /, b", 3, [], "f() takes 2 parameters by position, 3 given; it is f(a, /, b)"),
        ("a", 0, ["a", "z"], "f() has no parameter 'z'; it is f(a)"),
        ("a", 0, ["y", "z"], "f() has no parameter 'y' and 'z'; it is f(a)"),
        ("a", 1, ["a"], "f() got 'a' by position and by name; it is f(a)"),
        ("a, /, b, c", 2, ["b", "c"], "f() got 'b' by position and by name; it is f(a, /, b, c)"),
        ("a, b, *args", 3, ["a"], "f() got 'a' by position and by name; it is f(a, b, *args)"),
        ("a, /", 0, ["a"], "f() takes 'a' by position only; it is f(a, /)"),
        ("a, /, **rest", 0, ["a"], "f() misses 'a'; it is f(a, /, **rest)"),
        ("a", 2, ["z"], "f() takes 1 parameter by position, 2 given; it is f(a)"),
    ],
)
def test_misfit_is_told_with_the_signature(
    head: str, positions: int, names: list[str], reason: str
) -> None:
    with pytest.raises(ParametersDoNotFit) as caught:
        check_fit("f", signature_in_text(f"def f({head}): pass"), positions, names)

    assert caught.value.message == reason


def test_many_unknown_names_are_cut() -> None:
    longest, longer = Signature().misfit(0, ["x" * 198]), Signature().misfit(0, ["x" * 199])

    assert longest == "has no parameter '" + "x" * 198 + "'"
    assert longer == "has no parameter '" + "x" * 199 + "…"


def test_fit_is_silent() -> None:
    check_fit("f", Signature(names=["a"], optional=["a"]), 0, [])


def test_partial_is_known_by_what_is_left() -> None:
    def add(a: int, b: int) -> int:
        return a + b

    signature = signature_of(functools.partial(add, 1))

    assert str(signature) == "(b)"


def test_wrapper_is_known_by_itself_and_not_by_what_it_wraps() -> None:
    """It may pass on other parameters than it takes."""

    def add(a: int, b: int) -> int:
        return a + b

    @functools.wraps(add)
    def with_one(*args: int) -> int:
        return add(1, *args)

    assert str(signature_of(with_one)) == "(*args)"


def test_signature_that_a_function_declares_counts() -> None:
    def call(*args: int) -> None: ...

    call.__signature__ = inspect.signature(divmod)  # type: ignore[attr-defined]

    assert str(signature_of(call)) == "(x, y, /)"


def test_signature_that_python_does_not_know_is_none() -> None:
    """What a cache wraps may be called with other parameters than the cache."""
    assert signature_of(min) is None
    assert signature_of(functools.lru_cache(lambda a: a)) is None


def test_object_that_can_be_called_is_known_without_self() -> None:
    class Adder:
        def __call__(self, a: int) -> int:
            return a

    assert str(signature_of(Adder())) == "(a)"
