"""What a run's process may answer, read as from a stranger: the script can write there too."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from ...domain.errors import (
    FleetingError,
    FunctionNotFound,
    MemoryExceeded,
    NotAFunction,
    ParametersDoNotFit,
    ResultNotSerializable,
    ScriptRaised,
    SourceSyntaxError,
    ValueTooLarge,
)
from ...domain.json_value import NotJson, parse_json
from ...domain.outcome import ErrorInfo, Outcome
from ...domain.progress import MAX_NOTE, checked
from .protocol import CONNECT, ERROR, KEPT, PROGRESS, STARTED, VALUE, BadFrame

_FROM_INSIDE: Final[frozenset[str]] = frozenset(
    error.code
    for error in (
        FunctionNotFound,
        MemoryExceeded,
        NotAFunction,
        ParametersDoNotFit,
        ResultNotSerializable,
        ScriptRaised,
        SourceSyntaxError,
        ValueTooLarge,
    )
)
"""What only the process itself can know. That a run was stopped, say, is known outside."""

_TEXTS: Final = ("exception", "traceback", "path")
_FIELDS: Final = frozenset({"code", "message", "line", *_TEXTS})


@cache
def caps(max_value_bytes: int, *, has_network: bool = False) -> Mapping[bytes, int]:
    """The kinds of frames that may come, each with its longest payload."""
    # A place is at most the name of a host and a port.
    more = {CONNECT: 300} if has_network else {}
    return more | {
        STARTED: 0,
        KEPT: 0,
        # A note of six bytes a character at worst, and two numbers of whatever length.
        PROGRESS: 6 * MAX_NOTE + 1024,
        VALUE: max_value_bytes,
        # Twice the longest message, traceback, path and name that an honest process sends.
        ERROR: 128 * 1024,
    }


def value_in(payload: bytes) -> Outcome:
    """The value that a run returned.

    Raises:
        BadFrame: it is not strict JSON.
    """
    try:
        parse_json(payload)
    except NotJson as exc:
        raise BadFrame(f"its value {exc.reason}") from None
    return Outcome(value=payload)


def error_in(payload: bytes) -> Outcome:
    """The error that a run ended with.

    Raises:
        BadFrame: it is not what an honest process says.
    """
    fields = _parsed(payload)
    if not isinstance(fields, dict) or not fields.keys() <= _FIELDS:
        raise BadFrame("its error has other fields than errors have")
    code, message, line = (fields.get(name) for name in ("code", "message", "line"))
    if not isinstance(code, str) or code not in _FROM_INSIDE or not isinstance(message, str):
        raise BadFrame("its error is none that it can know of")
    if not (line is None or type(line) is int):
        raise BadFrame("its error has a line that is no number")
    return Outcome(
        error=ErrorInfo(
            code=code,
            message=message,
            line=line,
            exception=_text(fields.get("exception")),
            traceback=_text(fields.get("traceback")),
            path=_text(fields.get("path")),
        )
    )


def progress_in(payload: bytes) -> tuple[float, float | None, str]:
    """How far a run says it has come.

    Raises:
        BadFrame: it is no statement of progress.
    """
    fields: Any = _parsed(payload)
    try:
        done, total, note = fields
        return checked(done, total, note)
    except (TypeError, ValueError):
        raise BadFrame("it sent progress that is none") from None


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise BadFrame("its error has fields of another type than errors have")


def _parsed(payload: bytes) -> object:
    try:
        return parse_json(payload)
    except NotJson as exc:
        raise BadFrame(f"what it answered {exc.reason}") from None


def is_error(error: type[FleetingError], outcome: Outcome | None) -> bool:
    """Whether an outcome is that error."""
    return outcome is not None and outcome.error is not None and outcome.error.code == error.code
