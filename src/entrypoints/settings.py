"""Every setting of an installation: what it is, its unit, its default, and why that default.

Read from arguments, then the environment (`FLEETING_…`), then a TOML file that `FLEETING_CONFIG`
names, then the defaults. `docs/reference/settings.md` is generated from this module.
"""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ..domain.bounds import check_enforced
from ..domain.errors import InvalidSetting, IsolationUnavailable, UnknownSetting
from ..domain.isolation import Isolation
from ..domain.limits import Limits
from ..domain.task import describe
from ..domain.worker_facts import DEFAULT_LIBRARIES

PREFIX: Final = "FLEETING_"
CONFIG_FILE: Final = "FLEETING_CONFIG"
NESTED: Final = "__"

CLIENT_VARIABLES: Final = frozenset(
    {CONFIG_FILE, "FLEETING_URL", "FLEETING_TOKEN", "FLEETING_NAMESPACE"}
)
"""Variables of the same prefix that are no settings of a server: the client reads them."""


ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
SetName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
LibrarySets = dict[SetName, Annotated[tuple[ModuleName, ...], Field(min_length=1)]]


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter=NESTED
    )

    store: str = "memory://"
    """URL of the result store: `memory://`, `redis://`, `rediss://`, `redis+sentinel://`,
    `redis+cluster://`, or the scheme of an installed adapter. Memory, so that nothing needs a
    server until it is told of one."""

    source_store: str = ""
    """URL of the source store. Empty: the same as `store`, because one server is enough."""

    queue: str = ""
    """URL of the task queue. Empty: the same as `store`. A Redis Cluster cannot carry Celery's
    messages, so beside `redis+cluster://` this must name another server."""

    prefix: str = ""
    """Put before every key of the stores. Empty, so that a result's Redis key is exactly the key
    that the API shows."""

    queue_prefix: str = "{fleeting}:"
    """Put before every key of the queue. Hash-tagged, because a sharded Redis Enterprise must
    keep all of them on one shard."""

    queue_name: str = "fleeting"
    """Name of the Celery queue that tasks go to, and that workers take from."""

    inline_source_bytes: int = Field(default=1024, ge=0)
    """Sources up to this many bytes travel in each message, longer ones once: below about 1 KiB a
    second look-up in the worker costs more than the bytes."""

    lease_seconds: float = Field(default=8, ge=1, le=3600)
    """After so many seconds without a sign of life of its worker a run is taken over. Eight, so
    that it is running elsewhere within ten, yet a pause of the network or the machine is waited
    for."""

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
    """Whether a confined process is kept for further runs of the same source in the same
    namespace. Off, because what a script leaves in its module would be there in its next run; on,
    a run takes a tenth of a millisecond."""

    sandbox_preimport: str = ""
    """Modules that confined runs find loaded, separated by commas, such as `numpy,pandas`. Empty,
    because each makes every fork dearer."""

    sandbox_library_sets: Annotated[LibrarySets, NoDecode] = Field(default_factory=dict)
    """Library sets beside that of `sandbox_preimport`, as JSON: names, each with the modules that
    its runs find loaded, such as `{"data": ["numpy", "pandas"]}`. A script whose block of inline
    metadata names distributions runs with the smallest set that has them loaded. None, because
    each takes the memory of its libraries in every worker process, from its first run on."""

    worker_pool: Literal["threads", "solo", "prefork"] = "threads"
    """Celery pool of `fleeting worker`. Threads, because every run has a process of its own
    anyway, and they answer remote control while all slots are busy."""

    worker_processes: int = Field(default=1, ge=1, le=256)
    """Processes of one `fleeting worker`. One, which is least memory; as many as CPUs is most
    throughput for short runs. Several are watched, and replaced when they die."""

    worker_concurrency: int = Field(default=0, ge=0)
    """Runs at the same time in one worker process. 0: one for each CPU, shared by the processes."""

    worker_queues: str = ""
    """Queues that `fleeting worker` takes from, separated by commas. Empty: `queue_name` alone."""

    worker_debuggable: bool = False
    """Whether other processes of the worker's user may look into its memory and environment, as
    debuggers, py-spy and core dumps do. Off, because secrets lie there, and a run at the level
    `process` is a process of that user."""

    api_host: str = "127.0.0.1"
    """Address that the API listens on. Loopback, until somebody decides to be reachable."""

    api_port: int = Field(default=8000, ge=0, le=65535)
    """Port that the API listens on. Where `FLEETING_API_PORT` is not set, `PORT` counts, as Cloud
    Foundry sets it."""

    api_roles: str = "submit,retrieve"
    """Halves of the API that are served, separated by commas. `retrieve` alone is the Metric
    Retriever: it reads only, and needs no queue and no right to write."""

    max_body_bytes: int = Field(default=8 * 1024 * 1024, gt=0)
    """Longest request body in bytes. Larger than any single task, so that it bounds batches."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severity that is logged."""

    limits: Limits = Limits()
    """Caps and defaults of tasks; their variables begin with `FLEETING_LIMITS__`."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file."""
        path = os.environ.get(CONFIG_FILE)
        file = (TomlConfigSettingsSource(settings_cls, Path(path)),) if path else ()
        return init_settings, env_settings, *file

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues that a worker takes from."""
        named = (name.strip() for name in self.worker_queues.split(","))
        return tuple(name for name in named if name) or (self.queue_name,)

    @property
    def lease(self) -> timedelta:
        """`lease_seconds` as a span of time."""
        return timedelta(seconds=self.lease_seconds)

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
        return json.loads(value) if isinstance(value, str) and value.strip() else value or {}

    @property
    def source_store_url(self) -> str:
        """URL of the source store in force."""
        return self.source_store or self.store

    @property
    def queue_url(self) -> str:
        """URL of the task queue in force."""
        return self.queue or self.store

    @property
    def roles(self) -> frozenset[str]:
        """The halves of the API to serve."""
        return frozenset(role.strip() for role in self.api_roles.split(",") if role.strip())


def load(**arguments: object) -> Settings:
    """The settings in force; `arguments` of None are left out.

    Raises:
        UnknownSetting: a `FLEETING_…` variable names no setting; the message has the nearest one.
        InvalidSetting: a value cannot be, or two settings do not go together.
    """
    refuse_unknown(os.environ)
    given = {name: value for name, value in arguments.items() if value is not None}
    if (port := os.environ.get("PORT")) and f"{PREFIX}API_PORT" not in os.environ:
        given.setdefault("api_port", port)
    _check_file()
    try:
        settings = Settings(**given)  # type: ignore[arg-type] # pydantic validates them
    except ValidationError as exc:
        raise InvalidSetting(_with_names(exc)) from None
    _check_together(settings)
    return settings


def origins() -> dict[str, str]:
    """For each variable that has a value from outside: where it comes from."""
    found = {name: "environment" for name in variables() if name in os.environ}
    if os.environ.get("PORT"):
        found.setdefault(f"{PREFIX}API_PORT", "environment (PORT)")
    path = os.environ.get(CONFIG_FILE, "")
    for name, value in _in_file(path).items() if path else ():
        if name == "limits":
            for limit in value:
                found.setdefault(f"{PREFIX}LIMITS{NESTED}{limit.upper()}", path)
        else:
            found.setdefault(f"{PREFIX}{name.upper()}", path)
    return found


def _in_file(path: str) -> dict[str, Any]:
    return TomlConfigSettingsSource(Settings, Path(path))()


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """Refuse misspelt variables, because pydantic-settings ignores them silently.

    Raises:
        UnknownSetting: a variable with the prefix names no setting.
    """
    known = variables() | CLIENT_VARIABLES
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = _nearest(name, known)
            hint = f": did you mean {near}?" if near else "; `fleeting check` lists them all"
            raise UnknownSetting(f"{name} is no setting of fleeting{hint}")


def _nearest(name: str, known: Collection[str]) -> str | None:
    if f"{name}_SECONDS" in known:
        return f"{name}_SECONDS"
    # The prefix that all share would make any two names look alike.
    words = {other.removeprefix(PREFIX): other for other in known}
    near = difflib.get_close_matches(name.removeprefix(PREFIX), words, n=1, cutoff=0.5)
    return words[near[0]] if near else None


def variables() -> frozenset[str]:
    """Every environment variable that is read for a setting."""
    own = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields if name != "limits"}
    return frozenset(own | {limit_variable(name) for name in Limits.model_fields})


def limit_variable(name: str) -> str:
    """The environment variable of one of the limits; durations say that they are seconds."""
    alias = Limits.model_fields[name].validation_alias
    return f"{PREFIX}LIMITS{NESTED}{str(alias or name).upper()}"


def _check_file() -> None:
    path = os.environ.get(CONFIG_FILE)
    if not path:
        return
    try:
        tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as exc:
        reason = f"which cannot be read: {exc.strerror}"
    except ValueError as exc:
        reason = f"which is no TOML: {exc}"
    else:
        return
    raise InvalidSetting(f"{CONFIG_FILE} names {path}, {reason}")


def _check_together(settings: Settings) -> None:
    has_cluster_queue = "+cluster" in settings.queue_url.partition("://")[0]
    if has_cluster_queue and "submit" in settings.roles:
        raise InvalidSetting(
            "a Redis Cluster cannot carry Celery's messages: set FLEETING_QUEUE to a standalone or "
            "Sentinel server"
        )
    unknown = settings.roles - {"submit", "retrieve"}
    if unknown or not settings.roles:
        raise InvalidSetting(
            "FLEETING_API_ROLES takes submit, retrieve or both, separated by a comma"
        )
    if settings.isolation == "none" and not settings.queue_url.startswith("memory"):
        raise InvalidSetting(
            "isolation none runs scripts inside the worker: it is for memory mode, use process"
        )

    _check_policy(settings)


def _check_policy(settings: Settings) -> None:
    limits = settings.limits
    if settings.isolation_in_force < limits.min_isolation:
        raise InvalidSetting(
            f"isolation {settings.isolation} is weaker than this installation's least: set "
            f"FLEETING_ISOLATION={limits.min_isolation} or stronger, or lower "
            "FLEETING_LIMITS__MIN_ISOLATION"
        )
    if settings.sandbox_reuse and not limits.allow_reuse:
        raise InvalidSetting(
            "FLEETING_SANDBOX_REUSE keeps processes, which FLEETING_LIMITS__ALLOW_REUSE=false "
            "forbids: unset one of them"
        )
    if DEFAULT_LIBRARIES in settings.sandbox_library_sets:
        raise InvalidSetting(
            f"FLEETING_SANDBOX_LIBRARY_SETS cannot have a set named {DEFAULT_LIBRARIES}: that is "
            "the one of FLEETING_SANDBOX_PREIMPORT"
        )
    try:
        check_enforced(limits.default_bounds, settings.isolation_in_force)
    except IsolationUnavailable as exc:
        raise InvalidSetting(f"the limits cannot be enforced: default {exc.message}") from None


def _with_names(error: ValidationError) -> str:
    return f"settings: {describe(error)}"
