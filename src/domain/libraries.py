"""Decide whether workers have what a script needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from .errors import LibraryUnavailable
from .inline_metadata import Needs
from .requirement import Requirement, normalised
from .worker_facts import DEFAULT_LIBRARIES, LibrarySet, WorkerFacts

_NAMED: Final = 20
"""Distributions that a message names: the rest is in `/capabilities`."""


def covering(needs: Needs, sets: Iterable[LibrarySet]) -> LibrarySet | None:
    """Of the sets that have everything, the one that has most of it loaded.

    Of several, the smallest, which is the fastest to fork; where nothing is named, the default one.
    """
    fitting = [
        one
        for one in sets
        if all(needed.is_met_by(one.distributions) for needed in needs.dependencies)
    ]
    return min(fitting, key=lambda one: _distance(needs, one), default=None)


def library_set(needs: Needs, worker: WorkerFacts) -> LibrarySet:
    """The set of this worker that a script is run with.

    Raises:
        LibraryUnavailable: there is none; the message names what is missing, and what there is.
    """
    check_needs(needs, [worker])
    found = covering(needs, worker.libraries)
    assert found is not None  # noqa: S101  # it has just been checked
    return found


def check_needs(needs: Needs, workers: Sequence[WorkerFacts]) -> None:
    """Return if at least one of these workers can run the script.

    Raises:
        LibraryUnavailable: none can; the message names what is missing, and what there is.
    """
    if any(_is_able(needs, worker) for worker in workers):
        return
    fitting = [worker for worker in workers if needs.python.allow(worker.python)]
    if not fitting:
        found = ", ".join(sorted({worker.python for worker in workers}))
        raise LibraryUnavailable(
            f"the script needs Python {needs.python.text}, and the workers have {found}"
        )
    sets = [one for worker in fitting for one in worker.libraries]
    raise LibraryUnavailable(_missing(needs.dependencies, sets))


def _distance(needs: Needs, one: LibrarySet) -> tuple[int, bool, int]:
    unloaded = sum(needed.name not in one.loaded for needed in needs.dependencies)
    is_out_of_place = not needs.dependencies and one.name != DEFAULT_LIBRARIES
    return unloaded, is_out_of_place, len(one.modules)


def _is_able(needs: Needs, worker: WorkerFacts) -> bool:
    has_python = needs.python.allow(worker.python)
    return has_python and covering(needs, worker.libraries) is not None


def _missing(needed: Sequence[Requirement], sets: Sequence[LibrarySet]) -> str:
    missing = [one for one in needed if not any(one.is_met_by(s.distributions) for s in sets)]
    if not missing:
        names = ", ".join(map(str, needed))
        return f"no library set of the workers has all of {names} together"
    names = ", ".join(map(str, missing))
    return f"no worker has {names}; there is {_there(missing, sets)}"


def _there(missing: Sequence[Requirement], sets: Sequence[LibrarySet]) -> str:
    found = {(n, version) for one in sets for n, version in one.distributions.items()}
    wanted = {one.name for one in missing}
    near = {(name, version) for name, version in found if normalised(name) in wanted}
    shown = [f"{name} {version}" for name, version in sorted(near or found)]
    more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
    return (", ".join(shown[:_NAMED]) or "Python's own library alone") + more
