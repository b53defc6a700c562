"""Compile a source without running it; what does not compile is shown with its line.

Standard library only, because the sandbox child loads this module too.
"""

from __future__ import annotations

from .call_errors import SourceSyntaxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from types import CodeType
    from typing import Final

_ONLY_AST: Final = 0x400
"""`ast.PyCF_ONLY_AST`, without loading ast."""

_WIDTH: Final = 100
"""Characters of the source line shown around the fault: a line of a terminal."""


def compiled(source: str, filename: str) -> CodeType:
    """The code of a module, with no future flags but its own.

    Raises:
        SourceSyntaxError: it does not compile; the message shows the line.
    """
    return _compile(source, filename, 0)  # type: ignore[return-value]  # code, by the flags


def parsed(source: str) -> ast.Module:
    """The syntax tree of a module that compiles.

    Raises:
        SourceSyntaxError: it does not compile; the message shows the line.
    """
    # Parsing alone misses faults that only compiling finds, such as a `return` outside.
    _compile(source, "<source>", 0)
    return _compile(source, "<source>", _ONLY_AST)  # type: ignore[return-value]  # a tree


def _compile(source: str, filename: str, flags: int) -> object:
    if "\0" in source:
        raise SourceSyntaxError("the source holds a null byte: send it as text")
    try:
        return compile(source, filename, "exec", flags, dont_inherit=True)
    except (SyntaxError, UnicodeError, RecursionError, MemoryError) as exc:
        raise _explained(source, exc) from None


def _explained(source: str, exc: Exception) -> SourceSyntaxError:
    if isinstance(exc, SyntaxError):
        return _shown(source, exc)
    if isinstance(exc, UnicodeError):
        return SourceSyntaxError("the source holds a lone surrogate, which is not valid Unicode")
    return SourceSyntaxError(
        "the source is nested too deeply to compile: split its longest expressions"
    )


def lines_of(source: str) -> list[str]:
    """The lines as Python counts them, without their ends (`str.splitlines` knows more ends)."""
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _shown(source: str, exc: SyntaxError) -> SourceSyntaxError:
    lines = lines_of(source)
    # Python may blame the end of the text, or no place at all.
    line = min(exc.lineno or 1, len(lines))
    text = lines[line - 1].replace("\t", " ").rstrip()
    column = min(max(exc.offset or 1, 1), len(text) + 1)
    start = max(0, column - _WIDTH // 2)
    shown, caret = text[start : start + _WIDTH], " " * (column - 1 - start) + "^"
    error = SourceSyntaxError(f"line {line}: {exc.msg}\n    {shown}\n    {caret}")
    error.line = line
    return error
