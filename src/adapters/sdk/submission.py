"""From what a caller writes to the request that a platform takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypedDict

from ...domain.bounds import Mode
from ...domain.errors import InvalidTask
from ...domain.json_value import JsonValue, encode_parameters, parse_json
from ...domain.task import RetryCause, TaskRequest
from .source_of import source_of

Script = str | Callable[..., object]
"""Module text, or a function whose own text is a whole module."""


class Options(TypedDict, total=False):
    """What a call may ask of the platform, as `POST /tasks` takes it; units are in the names."""

    timeout_seconds: float
    ttl_seconds: float
    max_attempts: int
    retry_on: list[RetryCause]
    isolation: str
    memory_mb: int
    cpu_seconds: float
    threads: int
    scratch_mb: int
    network: list[str]
    mode: Mode
    countdown_seconds: float
    idempotency_key: str
    labels: dict[str, str]


OPTIONS: Final = Options.__optional_keys__


def request_of(
    script: Script,
    given: Sequence[object],
    kwargs: Mapping[str, object] | None,
    options: Mapping[str, object],
) -> TaskRequest:
    """The request for one call.

    Args:
        script: module text, or a function.
        given: the function's name where `script` is text, then the positional parameters.
        kwargs: the keyword parameters.
        options: what is asked of the platform.

    Raises:
        InvalidTask: no function is named, or an option is unknown or cannot be.
        ParametersNotJson: a parameter is not plain JSON.
        SourceNotPortable: the function needs what its own text does not hold.
    """
    source, function, args = split(script, given)
    return _request(source, function, args, kwargs or {}, options)


def requests_of(
    script: Script,
    given: Sequence[object],
    kwargs: Mapping[str, object] | None,
    options: Mapping[str, object],
) -> Iterator[TaskRequest]:
    """One request for each step through the iterables in `given`; raises as `request_of`.

    Raises:
        ValueError: the iterables are not equally long.
    """
    if "idempotency_key" in options:
        raise InvalidTask("an idempotency_key names one task: it cannot serve many at once")
    source, function, iterables = split(script, given)
    columns: list[Iterable[object]] = []
    for column in iterables:
        if not isinstance(column, Iterable) or isinstance(column, str):
            raise InvalidTask(
                f"map takes an iterable for each positional parameter of {function}, not "
                f"{type(column).__name__}: give parameters that stay the same in kwargs={{…}}"
            )
        columns.append(column)
    if not columns:
        raise InvalidTask(f"map takes at least one iterable of parameters for {function}")
    for args in zip(*columns, strict=True):
        yield _request(source, function, args, kwargs or {}, options)


def request_from(task: TaskRequest | Mapping[str, object]) -> TaskRequest:
    """The request for a call in the form of `POST /tasks`; raises as `request_of`."""
    if isinstance(task, TaskRequest):
        encode_parameters(task.args, task.kwargs)
        return task
    args, kwargs = task.get("args", []), task.get("kwargs", {})
    if isinstance(args, list | tuple) and isinstance(kwargs, Mapping):
        return TaskRequest.read({**task, **_parameters(args, kwargs)})
    return TaskRequest.read(task)


def split(script: Script, given: Sequence[object]) -> tuple[str, str, Sequence[object]]:
    """Module text, function name and what is left of `given`."""
    if not isinstance(script, str):
        source, function = source_of(script)
        return source, function, given
    if not given or not isinstance(given[0], str):
        raise InvalidTask(
            'name the function after the module text, as in submit(SOURCE, "add", 1, 2)'
        )
    return script, given[0], given[1:]


def _request(
    source: str,
    function: str,
    args: Sequence[object],
    kwargs: Mapping[str, object],
    options: Mapping[str, object],
) -> TaskRequest:
    unknown = sorted(options.keys() - OPTIONS)
    if unknown:
        raise InvalidTask(
            f"{unknown[0]} is no option of a task (they are {', '.join(sorted(OPTIONS))}): "
            "keyword parameters of the function itself go into kwargs={…}"
        )
    parameters = _parameters(args, kwargs)
    return TaskRequest.read({"source": source, "function": function, **parameters, **options})


def _parameters(args: Sequence[object], kwargs: Mapping[str, object]) -> dict[str, JsonValue]:
    # What travels is what JSON makes of it (a tuple is a list), here as over HTTP.
    parameters = parse_json(encode_parameters(args, kwargs))
    assert isinstance(parameters, dict)  # noqa: S101 - the shape that encode_parameters writes
    return parameters
