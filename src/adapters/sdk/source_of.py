"""Take the text of a function object, if that text alone is a whole module."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Final

from ...domain.errors import SourceNotPortable
from .needed_names import GIVEN, NeededNames, annotation_names, needed_names

_LAZY: Final = "from __future__ import annotations\n\n"


def source_of(function: Callable[..., object]) -> tuple[str, str]:
    """The module text that holds just `function`, and its name there.

    Annotations need not be importable: they are left unevaluated where they name anything.

    Raises:
        SourceNotPortable: it is not a plain function, has no text, or uses names that its own
            text does not hold; the message names each of them and what to do about it.
    """
    plain = _plain(_undecorated(function))
    text = _text(plain)
    name = _name(plain, text)
    # A module may have a `sum` or `open` of its own: then the built-in one will not do.
    given = GIVEN - {name for name in plain.__globals__ if not name.startswith("__")}
    if needed_names(text, given=given).at_import & annotation_names(text):
        text = _LAZY + text
    needed = needed_names(text, given=given)
    if needed:
        raise SourceNotPortable(_complaint(plain, needed))
    return text, name


def _undecorated(function: Callable[..., object]) -> Callable[..., object]:
    # What `functools.wraps` made: the text is that of the function inside, decorators included.
    return function if isinstance(function, MethodType | type) else inspect.unwrap(function)


def _plain(function: Callable[..., object]) -> FunctionType:
    if isinstance(function, FunctionType):
        _refuse_lambdas_and_methods(function)
        return function
    label = getattr(function, "__qualname__", None) or type(function).__name__
    raise SourceNotPortable(f"{label} cannot be sent as text: {_what(function)}")


def _what(thing: object) -> str:
    match thing:
        case MethodType():
            return "a method needs its object; write a top-level function that makes it"
        case type():
            return "it is a class; write a function that makes and uses it"
        case BuiltinFunctionType():
            return "it is built in and has no Python text; write a function that calls it"
        case _:
            return f"it is a {type(thing).__name__}; send the function inside it with parameters"


def _refuse_lambdas_and_methods(function: FunctionType) -> None:
    if function.__name__ == "<lambda>":
        raise SourceNotPortable("a lambda has no name to call it by: write it with def")
    owner = function.__qualname__.rpartition(".")[0]
    if owner and not owner.endswith("<locals>"):
        raise SourceNotPortable(
            f"{function.__qualname__} cannot be sent as text: it belongs to a class; write a "
            "top-level function that calls it"
        )


def _text(function: FunctionType) -> str:
    try:
        return _unindented(inspect.getsource(function))
    except (OSError, TypeError):
        raise SourceNotPortable(
            f"{function.__name__} cannot be sent as text: no file holds it (functions typed into "
            "a session or made by exec have none); put it into a file, or send module text"
        ) from None


def _unindented(text: str) -> str:
    """The text as it stands at the top of a module, with every string in it as it was."""
    if not text[:1].isspace():
        return text
    plain, kept = textwrap.dedent(text), f"if True:\n{text}"
    try:
        # Taking away indentation can change a string that goes over several lines.
        is_same = [*map(ast.dump, _body(plain))] == [*map(ast.dump, _body(kept))]
    except SyntaxError:
        is_same = False
    return plain if is_same else kept


def _name(function: FunctionType, text: str) -> str:
    try:
        # Compiled too, because `nonlocal` is an error of the compiler, not of the parser.
        compile(text, "<function>", "exec", dont_inherit=True)
        body = _body(text)
    except SyntaxError:
        body = []
    match body:
        case [ast.FunctionDef() | ast.AsyncFunctionDef() as definition]:
            return definition.name
    raise SourceNotPortable(
        f"{function.__name__} cannot be sent as text: its lines are not a def statement that can "
        "stand alone; send module text instead"
    )


def _body(text: str) -> list[ast.stmt]:
    """The statements of a module, or of the `if` that keeps their indentation."""
    match ast.parse(text).body:
        case [ast.If(body=body)]:
            return body
        case body:
            return body


def _complaint(function: FunctionType, needed: NeededNames) -> str:
    remedies = [_remedy(name, function, needed) for name in sorted(_all(needed))]
    return (
        f"{function.__name__} cannot be sent as text, because its own lines do not define "
        f"{', '.join(remedies)}; or send the whole module as text"
    )


def _all(needed: NeededNames) -> frozenset[str]:
    return needed.at_import | needed.in_calls


def _remedy(name: str, function: FunctionType, needed: NeededNames) -> str:
    if name in needed.at_import:
        return f"{name} (used by a decorator or a default value: leave it out)"
    if name in function.__code__.co_freevars:
        return f"{name} (of the function around it: pass it as a parameter)"
    if name not in function.__globals__:
        return f"{name} (unknown here too: pass it as a parameter)"
    return f"{name} ({_remedy_for(name, function.__globals__[name], function.__module__)})"


def _remedy_for(name: str, value: object, module: str) -> str:
    if isinstance(value, ModuleType):
        path = value.__name__
        statement = f"import {path}" if path == name else f"import {path} as {name}"
        return f"a module: write `{statement}` inside the function"
    home = getattr(value, "__module__", None)
    if callable(value) and isinstance(home, str) and home != module:
        return f"imported: write `from {home} import {name}` inside the function"
    if callable(value):
        return "of its module: define it inside the function"
    return "of its module: pass it as a parameter"
