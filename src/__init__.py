"""Functions in, fleeting results out.

    import fleeting

    with fleeting.Fleeting.in_memory() as platform:
        handle = platform.submit(SOURCE, "add", 1, 2)
        print(handle.result())

Names load on first use: a run that only wants `progress`, and a shell that completes a word, pay
for nothing else.
"""

from __future__ import annotations

# `typing` itself would be the longest part of this import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .adapters.sdk.client import Client
    from .adapters.sdk.handle import Handle
    from .domain import errors
    from .domain.progress import progress
    from .entrypoints.local import Fleeting

    __version__: str

__all__ = ["Client", "Fleeting", "Handle", "__version__", "errors", "progress"]

_HOMES = {
    "Client": ".adapters.sdk.client",
    "Fleeting": ".entrypoints.local",
    "Handle": ".adapters.sdk.handle",
    "progress": ".domain.progress",
}


if not TYPE_CHECKING:  # seen by a type checker, it would make every misspelt name an object

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name in _HOMES:
            value = getattr(import_module(_HOMES[name], __name__), name)
        elif name == "errors":
            value = import_module(".domain.errors", __name__)
        elif name == "__version__":
            value = _version()
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import version

    return version("fleeting")
