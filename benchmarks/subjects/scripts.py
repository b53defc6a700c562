"""The function that everybody runs: as text, and as what a naive platform does with text."""

from __future__ import annotations

from typing import Final

from ..peers.functions import ARGUMENTS, VALUE

__all__ = ["ARGUMENTS", "SOURCE", "VALUE", "run_source"]

SOURCE: Final = "def add(a, b):\n    return a + b\n"


def run_source(source: str, function: str, args: list[object]) -> object:
    """Run the text in the worker, then call the function in it."""
    namespace: dict[str, object] = {}
    exec(source, namespace)
    return namespace[function](*args)  # type: ignore[operator]  # it is the function
