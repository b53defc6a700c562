"""A function's own text is sent if it can stand alone; else each missing name gets its remedy."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal as Number

import pytest

from fleeting.adapters.sdk.source_of import source_of
from fleeting.domain.errors import SourceNotPortable

RATE = 2


def plain(a, b=1):
    return [a + b for _ in range(2)]


def with_own_import(x):
    import math

    return math.sqrt(x)


async def later(x):
    return x


def recursive(n):
    return 1 if n < 2 else n * recursive(n - 1)


def annotated(when: datetime) -> Number:
    total: Number = when.year
    return total


def with_class(x):
    class Box:
        size = x if False else 3
        double = size * 2

    return Box.double


def uses_module(x):
    return math.sqrt(x)


def uses_import(x):
    return Number(x)


def uses_constant(x):
    return x * RATE


def uses_function(x):
    return plain(x)


def default_of_module(x=RATE):
    return x


def sum(values):  # noqa: A001 - a module may have a function of that name
    return 0


def uses_own_sum(values):
    return sum(values)


def decorator(function: Callable[..., object]) -> Callable[..., object]:
    @functools.wraps(function)
    def wrapper(*args: object) -> object:
        return function(*args)

    return wrapper


@decorator
def decorated(x):
    return x


def misspelt(x):
    return lenght(x)  # noqa: F821 - that is the point


class Thing:
    def method(self):
        return 1

    @staticmethod
    def static():
        return 1

    def __call__(self):
        return 1


def run(function: Callable[..., object], *args: object) -> object:
    text, name = source_of(function)
    module: dict[str, object] = {"__name__": "script"}
    exec(compile(text, "<script>", "exec", dont_inherit=True), module)
    return module[name](*args)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("function", "argument", "value"),
    [
        (plain, 1, [2, 2]),
        (with_own_import, 9, 3.0),
        (recursive, 4, 24),
        (annotated, datetime(2026, 1, 1), 2026),  # noqa: DTZ001
        (with_class, 1, 6),
    ],
)
def test_a_function_that_needs_nothing_runs_from_its_text(
    function: Callable[..., object], argument: object, value: object
) -> None:
    assert run(function, argument) == value


def test_a_coroutine_function_is_taken() -> None:
    assert source_of(later)[1] == "later"


def test_a_function_inside_a_function_is_taken_if_it_needs_nothing_of_it() -> None:
    def inner(x):
        return x + 1

    assert run(inner, 1) == 2


def test_a_recursive_function_inside_a_function_is_taken() -> None:
    def inner(n):
        return 1 if n < 2 else n * inner(n - 1)

    assert run(inner, 4) == 24


def test_strings_of_several_lines_stay_as_they_are() -> None:
    def inner():
        return """
        indented
    less
"""

    assert run(inner) == inner()


def test_the_text_is_what_the_file_says() -> None:
    assert source_of(plain)[0] == ("def plain(a, b=1):\n    return [a + b for _ in range(2)]\n")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (uses_module, "math (a module: write `import math` inside the function)"),
        (uses_import, "Number (imported: write `from decimal import Number` inside"),
        (uses_constant, "RATE (of its module: pass it as a parameter)"),
        (uses_function, "plain (of its module: define it inside the function)"),
        (default_of_module, "RATE (used by a decorator or a default value: leave it out)"),
        (uses_own_sum, "sum (of its module: define it inside the function)"),
        (decorated, "decorator (used by a decorator or a default value: leave it out)"),
        (misspelt, "lenght (unknown here too: pass it as a parameter)"),
    ],
)
def test_each_missing_name_is_named_with_what_to_do(
    function: Callable[..., object], said: str
) -> None:
    with pytest.raises(SourceNotPortable) as caught:
        source_of(function)

    assert said in caught.value.message
    assert "or send the whole module as text" in caught.value.message


def test_a_module_under_another_name_is_imported_by_its_own() -> None:
    import json as codec

    def inner(x):
        return codec.dumps(x)

    with pytest.raises(SourceNotPortable, match=r"codec \(of the function around it: pass it"):
        source_of(inner)
    assert codec is json


def test_every_missing_name_is_in_one_message() -> None:
    around = 1

    def inner(x):
        return math.floor(x) + RATE + around

    with pytest.raises(SourceNotPortable) as caught:
        source_of(inner)

    assert all(f"{name} (" in caught.value.message for name in ("math", "RATE", "around"))


def test_a_function_that_changes_a_variable_around_it_is_refused() -> None:
    count = 0

    def inner():
        nonlocal count
        count += 1
        return count

    with pytest.raises(SourceNotPortable, match="cannot be sent as text"):
        source_of(inner)


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (lambda x: x, "a lambda has no name"),
        (Thing().method, "a method needs its object"),
        (Thing.method, "it belongs to a class"),
        (Thing.static, "it belongs to a class"),
        (Thing, "it is a class"),
        (Thing(), "it is a Thing"),
        (functools.partial(plain, 1), "it is a partial"),
        (len, "it is built in"),
    ],
)
def test_what_is_no_plain_function_is_refused(thing: Callable[..., object], said: str) -> None:
    with pytest.raises(SourceNotPortable, match=said):
        source_of(thing)


def test_a_function_without_a_file_is_refused() -> None:
    names: dict[str, Callable[..., object]] = {}
    exec("def typed(x): return x", names)

    with pytest.raises(SourceNotPortable, match="no file holds it"):
        source_of(names["typed"])
