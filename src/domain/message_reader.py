"""Read many messages of few kinds: what a message has in common with one before is not read again.

A worker gets thousands of calls of the same function with the same options; reading one of them
in full costs as much as a short run.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, cast

from pydantic import AwareDatetime, JsonValue, TypeAdapter, ValidationError

from .caps import check_parameters
from .errors import FleetingError, MalformedMessage
from .limits import Limits
from .message import decode
from .result_key import ResultKey
from .task import Task

_KINDS: Final = 256
"""Kinds of calls remembered; those not seen for longest are forgotten."""

_LONGEST_SOURCE: Final = 16 * 1024
"""Characters of a source in a message that is remembered: with `_KINDS`, a few megabytes."""

_ARGS: Final[TypeAdapter[list[JsonValue]]] = TypeAdapter(list[JsonValue])
_KWARGS: Final[TypeAdapter[dict[str, JsonValue]]] = TypeAdapter(dict[str, JsonValue])
_DEADLINE: Final[TypeAdapter[datetime]] = TypeAdapter(AwareDatetime)

_FIELDS: Final = frozenset(
    {"key", "source", "source_digest", "function", "args", "kwargs", "options"}
)

_SHARED: Final = ("source", "source_digest", "function", "options")

_Kind = tuple[object, object, str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    task: Task
    open_for: timedelta
    """From submission to the deadline that the installation sets."""


class MessageReader:
    """`decode` with a memory; for one thread."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: OrderedDict[_Kind, _Known] = OrderedDict()
        self._last: tuple[tuple[object, ...], _Kind | None] = ((), None)

    def __call__(self, data: Mapping[str, object], signer: str = "") -> Task:
        """The task in a message, which was signed with the key of that id.

        Raises:
            MalformedMessage: as `decode`.
        """
        kind = self._kind(data)
        known = None if kind is None else self._known.get(kind)
        if known is None:
            return _signed(self._read(data, kind), signer)
        try:
            return self._like(known, data, signer)
        except (FleetingError, ValidationError):
            # Said in the words of the one who reads everything.
            return _signed(decode(data, limits=self._limits), signer)

    def _kind(self, data: Mapping[str, object]) -> _Kind | None:
        """The kind; calls of one chunk hold the very same objects, and are not looked at twice."""
        parts = (*map(data.get, _SHARED), len(data.keys() - _FIELDS))
        last, kind = self._last
        if len(last) != len(parts) or any(a is not b for a, b in zip(last, parts, strict=True)):
            kind = _kind_of(data)
            self._last = parts, kind
        return kind

    def _read(self, data: Mapping[str, object], kind: _Kind | None) -> Task:
        task = decode(data, limits=self._limits)
        if kind is not None:
            plain = decode({**data, "options": _without_deadline(data)}, limits=self._limits)
            self._known[kind] = _Known(plain, plain.deadline - plain.submitted_at)
            if len(self._known) > _KINDS:
                self._known.popitem(last=False)
        return task

    def _like(self, known: _Known, data: Mapping[str, object], signer: str) -> Task:
        key = ResultKey.parse(str(data["key"]))
        if key.function != known.task.function:
            raise MalformedMessage("key: does not begin with the function's name")
        args = _ARGS.validate_python(data.get("args", []))
        kwargs = _KWARGS.validate_python(data.get("kwargs", {}))
        may_refer = check_parameters(args, kwargs, self._limits)
        deadline = key.submitted_at + known.open_for
        if (asked := _deadline(data)) is not None:
            deadline = min(deadline, _DEADLINE.validate_python(asked))
        return replace(
            known.task,
            key=str(key),
            args=args,
            kwargs=kwargs,
            submitted_at=key.submitted_at,
            deadline=deadline,
            may_refer=may_refer,
            signer=signer,
        )


def _signed(task: Task, signer: str) -> Task:
    return replace(task, signer=signer) if signer else task


def _kind_of(data: Mapping[str, object]) -> _Kind | None:
    """All of a message but its key, parameters and deadline; None if it is not remembered."""
    source, digest, function = data.get("source"), data.get("source_digest"), data.get("function")
    options = data.get("options", {})
    if not (isinstance(function, str) and isinstance(options, dict) and data.keys() <= _FIELDS):
        return None
    if not (isinstance(source, str | None) and isinstance(digest, str | None)):
        return None
    if source is not None and len(source) > _LONGEST_SOURCE:
        return None
    return source, digest, function, repr(_without_deadline(data))


def _without_deadline(data: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in _options(data).items() if name != "deadline"}


def _deadline(data: Mapping[str, object]) -> object:
    return _options(data).get("deadline")


def _options(data: Mapping[str, object]) -> dict[str, object]:
    """The options of a message whose kind is known: they are an object."""
    return cast("dict[str, object]", data.get("options", {}))
