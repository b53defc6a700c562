"""Which modules a fork server would find: looked up where it looks, and nothing is imported."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterable, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

from .process import site_packages


def missing(modules: Iterable[str]) -> list[str]:
    """Those of these modules that are not installed; whether the others load is seen in use."""
    path = [*_standard_library(), *site_packages()]
    return [module for module in modules if not _is_findable(module, path)]


def _is_findable(module: str, path: Sequence[str]) -> bool:
    """Package by package, as an import goes: `find_spec` would import the outer ones."""
    top, *inner = module.split(".")
    if top in sys.builtin_module_names:
        return True
    spec = PathFinder.find_spec(top, path)
    name = top
    for part in inner:
        if spec is None or spec.submodule_search_locations is None:
            # What a plain module calls its own, as in `os.path`, is known when it has run.
            break
        name = f"{name}.{part}"
        spec = PathFinder.find_spec(name, spec.submodule_search_locations)
    return spec is not None


def _standard_library() -> list[str]:
    extensions = [folder for folder in sys.path if Path(folder).name == "lib-dynload"]
    return [sysconfig.get_path("stdlib"), *extensions]
