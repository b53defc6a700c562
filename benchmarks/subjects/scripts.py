"""The function that everybody runs: as text, and as registered by stock Celery."""

from __future__ import annotations

from typing import Final

SOURCE: Final = "def add(a, b):\n    return a + b\n"

ARGUMENTS: Final = (20, 22)
VALUE: Final = 42


def add(a: int, b: int) -> int:
    """What `SOURCE` defines."""
    return a + b


def run_source(source: str, function: str, args: list[object]) -> object:
    """What a naive platform does: run the text in the worker, then call the function in it."""
    namespace: dict[str, object] = {}
    exec(source, namespace)
    return namespace[function](*args)  # type: ignore[operator]  # it is the function
