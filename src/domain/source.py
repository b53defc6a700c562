"""What is known of a module text without running it: its identity, and what can be called."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final, TypeAlias

from .callable_name import function_not_found, not_a_function
from .signature import Signature, check_fit, signature_in
from .syntax import parsed

_Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_DYNAMIC: Final = frozenset({"globals", "vars", "locals", "exec"})
"""Names whose use lets a module bind names that its text does not show."""


class Kind(StrEnum):
    """What a top-level name is bound to, as far as the text tells."""

    FUNCTION = "function"
    ASYNC_FUNCTION = "async function"
    CLASS = "class"
    OTHER = "other"
    """Imported, assigned, bound more than once: only a run can tell."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One top-level name."""

    kind: Kind
    signature: Signature | None = None
    """What a function takes; None where a decorator may have changed it."""


@dataclass(frozen=True, slots=True)
class SourceOutline:
    """What a module binds at its top level."""

    names: Mapping[str, Binding]
    methods: Mapping[str, str]
    """For each function nested in a top-level class, the name of that class."""
    is_open: bool
    """Whether it may bind more names than its text shows, as by `from x import *`."""


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, 64 hex digits: the identity of a source everywhere."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def outline(text: str) -> SourceOutline:
    """Read a module text without running anything.

    Raises:
        SourceSyntaxError: it does not compile; the message shows the line.
    """
    with warnings.catch_warnings():
        # The run tells its author; the log of an API process is no place for scripts.
        warnings.simplefilter("ignore", SyntaxWarning)
        tree = parsed(text)
    names: dict[str, Binding] = {}
    for statement in tree.body:
        _bind(statement, names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            names.update(dict.fromkeys(node.names, Binding(Kind.OTHER)))
    return SourceOutline(names, _methods(tree), any(map(_is_dynamic, ast.walk(tree))))


def check_call(
    source: SourceOutline, function: str, args: Sequence[object], kwargs: Collection[str]
) -> None:
    """Check as much of a call as the text tells; what it leaves open passes.

    Args:
        source: the outline of the module.
        function: the name to be called.
        args: the positional parameters.
        kwargs: the names of the others.

    Raises:
        FunctionNotFound: no top-level name `function`; the message names what is near.
        NotAFunction: the name belongs to a class.
        ParametersDoNotFit: the parameters do not fit the signature.
    """
    binding = source.names.get(function)
    if binding is None:
        if not source.is_open:
            raise function_not_found(function, _functions(source), source.methods)
    elif binding.kind is Kind.CLASS:
        raise not_a_function(function, "class")
    elif binding.signature is not None:
        check_fit(function, binding.signature, len(args), kwargs)


def _functions(source: SourceOutline) -> list[str]:
    kinds = (Kind.FUNCTION, Kind.ASYNC_FUNCTION)
    return [name for name, binding in source.names.items() if binding.kind in kinds]


def _bind(statement: ast.stmt, names: dict[str, Binding]) -> None:
    """Take up what one top-level statement binds."""
    if isinstance(statement, _Definition):
        names[statement.name] = _definition(statement)
        return
    for node in _same_scope(statement):
        for name, binding in _bindings(node):
            # Of two definitions in an `if` or `try`, nobody knows which will stand.
            names[name] = Binding(Kind.OTHER) if name in names else binding


def _same_scope(root: ast.AST) -> Iterator[ast.AST]:
    """All nodes under `root` whose names belong to the module."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.comprehension):
            waiting += [node.iter, *node.ifs]
        elif not isinstance(node, _Definition | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _bindings(node: ast.AST) -> Iterator[tuple[str, Binding]]:
    other = Binding(Kind.OTHER)
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, _definition(node)
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name, other
        case ast.alias(name=name, asname=asname):
            yield asname or name.partition(".")[0], other
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name, other
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name, other


def _definition(node: _Definition) -> Binding:
    if isinstance(node, ast.ClassDef):
        return Binding(Kind.OTHER if node.decorator_list else Kind.CLASS)
    kind = Kind.FUNCTION if isinstance(node, ast.FunctionDef) else Kind.ASYNC_FUNCTION
    return Binding(kind, None if node.decorator_list else signature_in(node.args))


def _methods(tree: ast.Module) -> dict[str, str]:
    return {
        node.name: owner.name
        for owner in tree.body
        if isinstance(owner, ast.ClassDef)
        for node in owner.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _is_dynamic(node: ast.AST) -> bool:
    match node:
        case ast.alias(name="*"):
            return True
        case ast.Name(id=name):
            return name in _DYNAMIC
    return False
