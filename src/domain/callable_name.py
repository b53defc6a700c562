"""Why a name in a script cannot be called, said the same before and during a run.

Standard library only, because the sandbox child loads this module too.
"""

from __future__ import annotations

from .call_errors import FunctionNotFound, NotAFunction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Final

_SHOWN: Final = 5
"""Functions named in a message: enough to see a slip, little enough to read."""

_CHARACTERS: Final = 128
"""Longest name shown, which is also the longest that a function may have."""


def function_not_found(
    wanted: str, functions: Iterable[str], methods: Mapping[str, str]
) -> FunctionNotFound:
    """The error for a name that no top-level function has.

    Args:
        wanted: the name asked for.
        functions: the names that could be called instead.
        methods: for each function nested in a class, the name of that class.
    """
    wanted = wanted[:_CHARACTERS]
    if wanted in methods:
        wanted = f"{methods[wanted]}.{wanted}"
    if "." in wanted:
        return FunctionNotFound(
            f"{wanted} cannot be called; add a top-level function that calls it"
        )
    return FunctionNotFound(f"the source has no function {wanted!r}; {_instead(wanted, functions)}")


def not_a_function(wanted: str, kind: str) -> NotAFunction:
    """The error for a name that belongs to something else, a `kind` such as `class`."""
    return NotAFunction(
        f"{wanted[:_CHARACTERS]} is not a function but of type {kind}; name a top-level function"
    )


def _instead(wanted: str, functions: Iterable[str]) -> str:
    # Loaded only here: nobody needs it while all goes well.
    from difflib import get_close_matches

    names = sorted(functions)
    near = get_close_matches(wanted, names, n=_SHOWN)
    if near:
        return f"did you mean {' or '.join(near)}?"
    if not names:
        return "it has none at its top level"
    more = ", …" if len(names) > _SHOWN else ""
    return f"it has {', '.join(names[:_SHOWN])}{more}"
