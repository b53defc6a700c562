"""What the library sets of this worker offer, told by the metadata of what is installed here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from typing import Final

from ..domain.requirement import normalised
from ..domain.worker_facts import LibrarySet

_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


def offered(modules: Mapping[str, tuple[str, ...]], *, is_sealed: bool) -> tuple[LibrarySet, ...]:
    """The sets with these modules.

    Args:
        modules: name of each set, and what it loads.
        is_sealed: no file can be opened, so what is not loaded cannot be imported either.
    """
    return tuple(_set(name, loaded, is_sealed=is_sealed) for name, loaded in modules.items())


@cache
def _set(name: str, modules: tuple[str, ...], *, is_sealed: bool) -> LibrarySet:
    loaded = dict(_loaded(modules))
    return LibrarySet(
        name=name,
        modules=modules,
        distributions=loaded if is_sealed else _installed(),
        loaded=tuple(loaded),
    )


@cache
def _installed() -> dict[str, str]:
    return dict(sorted((normalised(one.name), one.version) for one in metadata.distributions()))


def _loaded(modules: Iterable[str]) -> list[tuple[str, str]]:
    """Distributions that the modules belong to, and what these require: they import it."""
    found: dict[str, str] = {}
    waiting = [name for module in modules for name in _owners().get(module.partition(".")[0], ())]
    while waiting:
        name = normalised(waiting.pop())
        if name in found:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            # Required on other systems only.
            continue
        found[name] = distribution.version
        waiting += _required(distribution.requires or ())
    return sorted(found.items())


def _required(requirements: Iterable[str]) -> list[str]:
    plain = (text for text in requirements if "extra ==" not in text)
    return [named[0] for text in plain if (named := _NAME.match(text))]


@cache
def _owners() -> Mapping[str, list[str]]:
    """Module at the top → distributions that have it."""
    return metadata.packages_distributions()
