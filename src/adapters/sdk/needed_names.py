"""Which names a piece of module text needs from outside: read from its compiled code."""

from __future__ import annotations

import ast
import builtins
import dis
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import CodeType
from typing import Final

GIVEN: Final = frozenset(dir(builtins)) | {"__name__", "__doc__", "__builtins__"}
"""Names that every module has."""

_LOADS: Final = frozenset({"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"})
_STORES: Final = frozenset({"STORE_NAME"})


@dataclass(frozen=True, slots=True)
class NeededNames:
    """Names that a text reads, but neither defines nor finds in every module."""

    at_import: frozenset[str]
    """Needed as soon as the module is loaded: by decorators, defaults and annotations."""
    in_calls: frozenset[str]
    """Needed once its functions run."""

    def __bool__(self) -> bool:
        return bool(self.at_import or self.in_calls)


def needed_names(text: str, *, given: AbstractSet[str] = GIVEN) -> NeededNames:
    """The names that the module `text` needs beside `given`.

    Raises:
        SyntaxError: it does not compile.
    """
    module = compile(text, "<function>", "exec", dont_inherit=True)
    known = given | _names(module, _STORES)
    inner = [
        _names(code, _LOADS) - _names(code, _STORES) - known
        for code in _codes(module)
        if code is not module
    ]
    return NeededNames(frozenset(_names(module, _LOADS) - known), frozenset().union(*inner))


def annotation_names(text: str) -> frozenset[str]:
    """The names in the annotations of `text`."""
    nodes = (
        node.annotation if isinstance(node, ast.arg | ast.AnnAssign) else node.returns
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.arg | ast.AnnAssign | ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return frozenset(
        name.id
        for node in nodes
        if node is not None
        for name in ast.walk(node)
        if isinstance(name, ast.Name)
    )


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        # From Python 3.14 on, annotations are functions that nobody calls.
        if isinstance(constant, CodeType) and constant.co_name != "__annotate__":
            yield from _codes(constant)


def _names(code: CodeType, operations: AbstractSet[str]) -> set[str]:
    return {
        instruction.argval
        for instruction in dis.get_instructions(code)
        if instruction.opname in operations
    }
