"""What a consumer asks for (`TaskRequest`) and what the platform makes of it (`Task`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from .bounds import UNBOUNDED, Bounds, Mode, check_mode
from .errors import InvalidTask
from .isolation import Isolation
from .limits import MIB, Limits
from .network import Endpoint, is_allowed
from .result_key import FUNCTION_PATTERN, ResultKey, check_function_name

RetryCause = Literal["worker_lost", "raised", "timed_out", "memory", "cpu", "died"]
"""Why a run may be repeated: its worker vanished, the script raised, ran into a limit or died."""

Label = Annotated[str, Field(max_length=256)]
LabelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Seconds = Annotated[float, Field(ge=0.001, allow_inf_nan=False)]
"""At least a millisecond: stores do not count time any finer."""


class TaskRequest(BaseModel):
    """One requested call as it comes over HTTP, the command line or the Python client."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    source: str | None = None
    """The module text; give this or `source_digest`."""

    source_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """SHA-256 (hex) of a module text that was submitted before."""

    function: Annotated[str, Field(json_schema_extra={"pattern": f"^{FUNCTION_PATTERN}$"})]
    """Name of a top-level function in the module."""

    args: list[JsonValue] = Field(default_factory=list)
    """Positional parameters."""

    kwargs: dict[str, JsonValue] = Field(default_factory=dict)
    """Keyword parameters."""

    timeout_seconds: Seconds | None = None
    """Wall time that each run may take."""

    ttl_seconds: Seconds | None = None
    """How long the result lives after completion."""

    max_attempts: Annotated[int, Field(ge=1)] | None = None
    """Most runs in all, whatever the reason."""

    # Tuples, because pydantic copies a default that is a list for every request.
    retry_on: tuple[RetryCause, ...] = ("worker_lost",)
    """Which failures are tried again while attempts are left; other failures are final."""

    isolation: Isolation | None = None
    """Weakest isolation that the caller accepts; refused where it is not in force."""

    memory_mb: Annotated[int, Field(ge=1)] | None = None
    """Memory that each run may take, in MiB."""

    cpu_seconds: Seconds | None = None
    """Processor time that each run may take with all its threads; rounded up to whole seconds."""

    threads: Annotated[int, Field(ge=1)] | None = None
    """Most threads of each run at a time, the first included; takes isolation `confined`."""

    scratch_mb: Annotated[int, Field(ge=1)] | None = None
    """Room for files under /tmp, in MiB, gone after the run; takes isolation `isolated`."""

    network: Annotated[tuple[Annotated[str, Field(max_length=280)], ...], Field(max_length=16)] = ()
    """What each run may open with `fleeting.connect`, each as `tcp:host:port`; takes isolation
    `confined`."""

    mode: Mode | None = None
    """`fresh`: each run in a process of its own; `reuse`: one that earlier runs of the same source
    have left may be used again. Null: as the installation has it."""

    countdown_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0
    """How long to wait before the first run."""

    idempotency_key: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    """The same key with the same request gives the same task instead of a second one."""

    labels: dict[LabelName, Label] = Field(default_factory=dict, max_length=16)
    """Free text of the caller, kept with the result."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.source is None) == (self.source_digest is None):
            raise ValueError("give either source or source_digest")
        return self

    @classmethod
    def read(cls, data: Mapping[str, object]) -> Self:
        """Validate plain data.

        Raises:
            InvalidTask: a field is missing, unknown or of the wrong type; the message names it.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as exc:
            raise InvalidTask(describe(exc)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An accepted call, with every default filled in."""

    key: str
    namespace: str
    function: str
    source: str | None
    source_digest: str
    args: Sequence[JsonValue]
    kwargs: Mapping[str, JsonValue]
    submitted_at: datetime
    deadline: datetime
    timeout: timedelta
    ttl: timedelta
    max_attempts: int
    retry_on: tuple[RetryCause, ...] = ("worker_lost",)
    isolation: Isolation | None = None
    memory_bytes: int
    bounds: Bounds = UNBOUNDED
    mode: Mode | None = None
    countdown: timedelta = timedelta(0)
    labels: Mapping[str, str] = field(default_factory=dict)
    principal: str = ""
    """Subject of who submitted it; empty where nobody was asked."""
    signer: str = ""
    """Id of the key that its message was signed with, once that was checked; empty: not signed."""
    may_refer: bool = field(default=True, compare=False)
    """False: surely no reference is in its parameters. Never part of a message: whoever reads one
    has looked for himself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a task may use up, with the installation's defaults filled in."""

    timeout: timedelta
    ttl: timedelta
    countdown: timedelta
    max_attempts: int
    memory_bytes: int
    bounds: Bounds


_ASKED: Final = frozenset(
    {
        "timeout_seconds",
        "ttl_seconds",
        "max_attempts",
        "memory_mb",
        "cpu_seconds",
        "threads",
        "scratch_mb",
        "network",
        "mode",
        "countdown_seconds",
    }
)
"""The options of a request that its allowance depends on."""


def allow(request: TaskRequest, limits: Limits) -> Allowance:
    """What `request` may use up on this installation.

    Raises:
        InvalidTask: it asks for more than a cap; the message names the cap.
    """
    if request.model_fields_set.isdisjoint(_ASKED):
        return _usual_allowance(limits)
    return _allowance(request, limits)


def _allowance(request: TaskRequest, limits: Limits) -> Allowance:
    timeout = _within("timeout_seconds", request.timeout_seconds, limits.max_timeout)
    ttl = _within("ttl_seconds", request.ttl_seconds, limits.max_ttl)
    countdown = _within("countdown_seconds", request.countdown_seconds, limits.max_countdown)
    attempts = _at_most("max_attempts", request.max_attempts, limits.max_attempts)
    memory_mb = _at_most("memory_mb", request.memory_mb, limits.max_memory_mb)
    return Allowance(
        timeout=timeout or limits.default_timeout,
        ttl=ttl or limits.default_ttl,
        countdown=countdown or timedelta(0),
        max_attempts=attempts or limits.default_attempts,
        memory_bytes=(memory_mb or limits.default_memory_mb) * MIB,
        bounds=_bounds(request, limits),
    )


@lru_cache(maxsize=8)
def _usual_allowance(limits: Limits) -> Allowance:
    """What every request may use up that asks for nothing: which is most of them."""
    return _allowance(TaskRequest(source="", function="any"), limits)


def accept(
    request: TaskRequest,
    *,
    key: ResultKey,
    namespace: str,
    source_digest: str,
    limits: Limits,
    principal: str = "",
) -> Task:
    """Turn a request into a task under `key`, with the installation's defaults and caps.

    Raises:
        InvalidTask: the function's name is none, or an option is beyond a cap.
    """
    allowance = allow(request, limits)
    longest_work = allowance.max_attempts * allowance.timeout
    return Task(
        key=str(key),
        namespace=namespace,
        function=check_function_name(request.function),
        source=request.source,
        source_digest=source_digest,
        args=request.args,
        kwargs=request.kwargs,
        submitted_at=key.submitted_at,
        deadline=key.submitted_at + allowance.countdown + limits.queue_patience + longest_work,
        timeout=allowance.timeout,
        ttl=allowance.ttl,
        max_attempts=allowance.max_attempts,
        retry_on=request.retry_on,
        isolation=request.isolation,
        memory_bytes=allowance.memory_bytes,
        bounds=allowance.bounds,
        mode=request.mode,
        countdown=allowance.countdown,
        labels=request.labels,
        principal=principal,
    )


def _bounds(request: TaskRequest, limits: Limits) -> Bounds:
    """What a run is held to beside time and memory, where its way to a process allows that."""
    cpu = _within("cpu_seconds", request.cpu_seconds, limits.max_cpu)
    threads = _at_most("threads", request.threads, limits.max_threads)
    scratch = _at_most("scratch_mb", request.scratch_mb, limits.max_scratch_mb)
    bounds = Bounds(
        cpu_time=cpu or limits.default_cpu or None,
        threads=threads or limits.default_threads or None,
        scratch_bytes=(scratch or 0) * MIB,
        network=_network(request.network, limits.network_rules),
    )
    if request.mode == "reuse" and not limits.allow_reuse:
        raise InvalidTask("mode reuse is not allowed on this installation: leave it out")
    check_mode(request.mode, bounds)
    return bounds


def _network(asked: Sequence[str], rules: Sequence[str]) -> tuple[str, ...]:
    endpoints = [Endpoint.parse(text) for text in asked]
    for endpoint in endpoints:
        if not is_allowed(endpoint, rules):
            raise InvalidTask(
                f"network: this installation allows no run to connect to {endpoint}: leave it out, "
                "or have the operator add it to FLEETING_LIMITS__NETWORK"
            )
    return tuple(map(str, endpoints))


def describe(error: ValidationError) -> str:
    """One line for each wrong field of a pydantic error, without the values themselves."""
    lines = []
    for problem in error.errors():
        where = ".".join(str(part) for part in problem["loc"]) or "task"
        text = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            text = "no such option"
        elif problem["type"] == "tuple_type":
            text = "input should be a valid list"
        lines.append(f"{where}: {text[0].lower()}{text[1:]}")
    return "; ".join(lines)


def _within(name: str, seconds: float | None, cap: timedelta) -> timedelta | None:
    if seconds is None:
        return None
    if seconds > cap.total_seconds():
        raise InvalidTask(
            f"{name} is at most {cap.total_seconds():.12g} on this installation: ask for less"
        )
    return timedelta(seconds=seconds)


def _at_most(name: str, number: int | None, cap: int) -> int | None:
    if number is not None and number > cap:
        raise InvalidTask(f"{name} is at most {cap} on this installation: ask for less")
    return number
