"""What a worker says of itself, so that those who run no scripts know what runs will find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from .attestation import Attestation
from .isolation import Isolation

DEFAULT_LIBRARIES: Final = "default"
"""Name of the library set of scripts that ask for nothing."""


class LibrarySet(BaseModel):
    """Libraries that the runs of one fork server find."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    name: str
    modules: tuple[str, ...] = ()
    """Modules that are loaded before a run begins."""
    distributions: dict[str, str] = Field(default_factory=dict)
    """What else can be imported beside Python's own library: distributions and their versions."""
    loaded: tuple[str, ...] = ()
    """Which of these are loaded before a run begins, so that importing them takes no time."""


class WorkerFacts(BaseModel):
    """One worker process; readers ignore facts of a later release that they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    worker: str
    """Its name, as records have it."""
    started_at: datetime
    version: str
    """Release of fleeting."""
    python: str
    """Version of the interpreter that runs scripts."""
    platform: str
    """Kernel and machine, as in `Linux-6.1-x86_64`."""
    isolation: Isolation
    """The level in force for every run; with an attestation, the one that was proven."""
    attestation: Attestation | None = None
    """What its sandbox was seen to hold back; None where the level promises nothing."""
    modes: tuple[str, ...] = ("fresh",)
    """Ways to keep the processes of runs that a task may ask for."""
    libraries: tuple[LibrarySet, ...] = ()
    refused: dict[str, int] = Field(default_factory=dict)
    """Queued messages that it has refused since it started, by what was wrong with them:
    `malformed`, or why they are not trusted."""


def refused_by_all(workers: Iterable[WorkerFacts]) -> Mapping[str, int]:
    """What these workers have refused together."""
    total: Counter[str] = Counter()
    for worker in workers:
        total.update(worker.refused)
    return total


def levels_in_force(workers: list[WorkerFacts]) -> list[Isolation]:
    """The different levels that these workers give, from weakest to strongest."""
    return sorted({worker.isolation for worker in workers})
