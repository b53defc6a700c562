"""Settings of how runs are kept apart, and what they find loaded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator
from pydantic_settings import NoDecode

from ...domain.isolation import Isolation
from .json_objects import json_object

ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
SetName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
LibrarySets = dict[SetName, Annotated[tuple[ModuleName, ...], Field(min_length=1)]]


class SandboxSettings(BaseModel):
    """Runs."""

    isolation: Literal["none", "process", "confined", "isolated"] = "confined"
    """How runs are kept apart. `confined` holds back files, sockets and other processes (Linux on
    x86_64 and aarch64), because scripts come from other people; a worker that cannot prove it
    does not start. `isolated` also gives runs namespaces of their own, where the system lets the
    worker make them. `process` gives each run its own process with limits, no more. `none` runs
    scripts inside this process, without limits, for trusted scripts in memory mode only."""

    sandbox_warm: int = Field(default=2, ge=0)
    """Confined processes that wait ready for a run, about 2 MB each. Two, so that the next run
    need not wait for a fork."""

    sandbox_reuse: bool = False
    """Whether a confined process is kept for further runs of the same source, namespace and
    principal. Off, because what a script leaves in its module would be there in its next run; on,
    a run takes a tenth of a millisecond. Runs with secrets have none of these."""

    sandbox_preimport: str = ""
    """Modules that confined runs find loaded, separated by commas, such as `numpy,pandas`. Empty,
    because each makes every fork dearer."""

    sandbox_library_sets: Annotated[LibrarySets, NoDecode] = Field(default_factory=dict)
    """Library sets beside that of `sandbox_preimport`, as JSON: names, each with the modules that
    its runs find loaded, such as `{"data": ["numpy", "pandas"]}`. A script whose block of inline
    metadata names distributions runs with the smallest set that has them loaded. None, because
    each takes the memory of its libraries in every worker process, from its first run on."""

    @property
    def isolation_in_force(self) -> Isolation:
        """`isolation` as a level."""
        return Isolation(self.isolation)

    @property
    def preimported(self) -> tuple[str, ...]:
        """The modules that confined runs find loaded."""
        named = (name.strip() for name in self.sandbox_preimport.split(","))
        return tuple(name for name in named if name)

    @field_validator("sandbox_library_sets", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return json_object(value)
