"""The wire format: one queued message, as any Celery client in any language can send it.

`docs/reference/wire.md` is the page for clients; this module is what it documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from .bounds import Mode
from .caps import check_parameters, check_source_size
from .errors import FleetingError, MalformedMessage
from .isolation import Isolation
from .limits import MIB, Limits
from .result_key import Address, ResultKey, check_namespace
from .source import digest
from .task import RetryCause, Task, TaskRequest, accept, describe

LONGEST_SUBJECT: Final = 256
"""Characters of a principal's name; OpenID Connect allows a subject 255."""


class MessageOptions(BaseModel):
    """What a message may say beside the call; whatever is left out gets the worker's default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    namespace: str = ""
    timeout_seconds: float | None = None
    ttl_seconds: float | None = None
    max_attempts: int | None = None
    retry_on: tuple[RetryCause, ...] = ("worker_lost",)
    isolation: Isolation | None = None
    memory_mb: int | None = None
    cpu_seconds: float | None = None
    threads: int | None = None
    scratch_mb: int | None = None
    network: tuple[str, ...] = ()
    mode: Mode | None = None
    countdown_seconds: float = 0
    labels: dict[str, str] = Field(default_factory=dict)
    deadline: AwareDatetime | None = None
    principal: str = Field(default="", max_length=LONGEST_SUBJECT)


class Message(BaseModel):
    """The keyword arguments of the Celery task `fleeting.run`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    source: str | None = None
    source_digest: str | None = None
    function: str
    args: list[JsonValue] = Field(default_factory=list)
    kwargs: dict[str, JsonValue] = Field(default_factory=dict)
    options: MessageOptions = MessageOptions()


def encode(task: Task, *, inline_bytes: int) -> dict[str, JsonValue]:
    """The message for `task`; a source of up to `inline_bytes` bytes travels in it.

    A short source costs less in the message than a second look-up costs in the worker.
    """
    return {
        "key": task.key,
        **source_of(task, inline_bytes=inline_bytes),
        "function": task.function,
        "args": list(task.args),
        "kwargs": dict(task.kwargs),
        "options": options_of(task),
    }


def source_of(task: Task, *, inline_bytes: int) -> dict[str, JsonValue]:
    """How a message says what is to be run: by its text, or by its digest."""
    if task.source is not None and len(task.source.encode()) <= inline_bytes:
        return {"source": task.source}
    return {"source_digest": task.source_digest}


def options_of(task: Task) -> dict[str, JsonValue]:
    """What a message says beside the call."""
    bounds = task.bounds
    options = MessageOptions(
        namespace=task.namespace,
        timeout_seconds=task.timeout.total_seconds(),
        ttl_seconds=task.ttl.total_seconds(),
        max_attempts=task.max_attempts,
        retry_on=task.retry_on,
        isolation=task.isolation,
        memory_mb=task.memory_bytes // MIB,
        cpu_seconds=None if bounds.cpu_time is None else bounds.cpu_time.total_seconds(),
        threads=bounds.threads,
        scratch_mb=bounds.scratch_bytes // MIB or None,
        network=bounds.network,
        mode=task.mode,
        countdown_seconds=task.countdown.total_seconds(),
        labels=dict(task.labels),
        deadline=task.deadline,
        principal=task.principal,
    )
    return options.model_dump(mode="json", exclude_defaults=True)


def decode(data: Mapping[str, object], *, limits: Limits) -> Task:
    """Read a message back into a task.

    Raises:
        MalformedMessage: it does not follow the wire format or passes a cap; the text names the
            field and never holds a payload. Where the key can be read it is in the error.
    """
    try:
        message = Message.model_validate(data)
        return _task(message, limits)
    except ValidationError as exc:
        raise malformed(data, describe(exc)) from None
    except FleetingError as exc:
        raise malformed(data, exc.message) from None


def malformed(data: Mapping[str, object], reason: str) -> MalformedMessage:
    """The error for a message that cannot be run; it says whose, if that much can be read."""
    error = MalformedMessage(f"not a message for fleeting.run: {reason}")
    error.address = _address(data)
    return error


def _address(data: Mapping[str, object]) -> Address | None:
    key, options = data.get("key"), data.get("options")
    # A sealed message has its namespace outside.
    said = options if isinstance(options, Mapping) else data
    namespace = said.get("namespace", "")
    if not isinstance(key, str) or not isinstance(namespace, str):
        return None
    try:
        return Address(check_namespace(namespace), str(ResultKey.parse(key)))
    except FleetingError:
        return None


def _task(message: Message, limits: Limits) -> Task:
    key = ResultKey.parse(message.key)
    if key.function != message.function:
        raise MalformedMessage("key: does not begin with the function's name")
    options = message.options
    request = TaskRequest.read(
        message.model_dump(exclude={"key", "options"})
        | options.model_dump(exclude={"namespace", "deadline", "principal"})
    )
    may_refer = check_parameters(request.args, request.kwargs, limits)
    if request.source is not None:
        check_source_size(request.source, limits)
    task = accept(
        request,
        key=key,
        namespace=check_namespace(options.namespace),
        source_digest=request.source_digest or digest(request.source or ""),
        limits=limits,
        principal=options.principal,
    )
    deadline = min(task.deadline, options.deadline or task.deadline)
    return replace(task, deadline=deadline, may_refer=may_refer)
