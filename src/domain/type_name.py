"""What a type is called in messages.

Standard library only, because the sandbox child loads this module too.
"""

from __future__ import annotations

SCRIPT_MODULE = "__script_"
"""How the private module names of running scripts begin; no reader needs to see them."""

_CHARACTERS = 200
"""Longest name shown; a generated one can be any length."""


def type_name(kind: type) -> str:
    """The name as a reader of the script knows it: `ValueError`, `decimal.Decimal`, `Row`."""
    # Read from `type` itself: a metaclass may have other ideas, or raise.
    name: str = type.__dict__["__qualname__"].__get__(kind)
    module = type.__dict__["__module__"].__get__(kind)
    if isinstance(module, str) and module != "builtins" and not module.startswith(SCRIPT_MODULE):
        name = f"{module}.{name}"
    return name[:_CHARACTERS].encode("utf-8", "backslashreplace").decode()
