"""How confined runs are set up: what an operator may choose."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from ...domain.isolation import Isolation


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """Choices for a `ConfinedRunner`; the defaults fit everywhere."""

    isolation: Literal[Isolation.CONFINED, Isolation.ISOLATED] = Isolation.CONFINED
    """The level; `isolated` needs a system that lets the worker make namespaces."""
    python: str = sys.executable
    """Path of the interpreter."""
    files: Literal["auto", "landlock", "sealed"] = "auto"
    """How files are kept away; `auto`: Landlock where it is there and the interpreter's library
    can be read by whom runs run as, else no file can be opened."""
    user: int = 64900
    """Number of the user that runs run as where the worker is root: above those of people and
    below those of container ranges, known to no password file."""
    preimport: tuple[str, ...] = ()
    """Modules to load once for all runs that ask for no other library set. *Sealed* runs can load
    no others but Python's own."""
    libraries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Modules to load for the runs of other library sets, each of which has a fork server of its
    own from its first run on."""
    warm: int = 2
    """Children of each library set that wait ready for a run, 2 MB each: one a processor of a small
    machine."""
    reuse: bool = False
    """Whether a child is kept for further runs of the same source by the same tenant."""
    reuse_runs: int = 1000
    """Runs of a kept child before it is replaced: its start costs a thousandth of them."""
    reuse_age: timedelta = timedelta(seconds=60)
    """Age at which a kept child is replaced, be it busy or not."""
    reuse_idle: int = 16
    """Kept children that may wait at once; the longest waiting goes first."""
    max_memory_bytes: int = 1 << 30
    """Address space of a run beyond the interpreter's, also where it asks for no limit. It bounds
    the number of threads too: each takes 8 MiB."""
    network: tuple[str, ...] = ()
    """Patterns of what runs may be allowed to connect to, each of `tcp:host:port`."""
    server_births: int = 10_000
    """Children of one fork server before another follows it: they all share its hash seed and
    memory layout. It goes on until the other one is ready."""
    server_age: timedelta = timedelta(hours=1)
    """Age at which another fork server follows, for the same reason."""
