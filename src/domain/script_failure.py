"""What a script raised, as an error for people: bounded, with the script's own frames only.

Standard library only, because the sandbox child loads this module too.
"""

from __future__ import annotations

from .run_errors import MemoryExceeded, ScriptRaised
from .script import show_source
from .type_name import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from traceback import TracebackException
    from typing import Final

    from .script import Script

MAX_MESSAGE: Final = 2000
"""Longest message in characters: a screen; what is longer belongs into the output."""

MAX_TRACEBACK: Final = 8000
"""Longest traceback in characters: about a hundred frames, in a record that Redis keeps."""

_FRAMES: Final = 1000
"""Frames looked at, the newest: what Python's own recursion limit allows."""


def script_error(exc: BaseException, script: Script) -> ScriptRaised | MemoryExceeded:
    """The error that tells of `exc`, which the script raised.

    Whatever the exception's class does when it is looked at, this returns.
    """
    name = type_name(type(exc))
    error: ScriptRaised | MemoryExceeded
    if isinstance(exc, MemoryError):
        error = MemoryExceeded("the run asked for more memory than it may have (MemoryError)")
    else:
        error = ScriptRaised(_message(exc, name, script))
    error.exception = name
    try:
        _add_traceback(error, exc, script)
    except BaseException:  # noqa: BLE001  # the class is the script's, and memory may be full
        error.traceback = None
    return error


def _message(exc: BaseException, name: str, script: Script) -> str:
    try:
        text = _clean(str(exc)[: MAX_MESSAGE + 1], script)
        if isinstance(exc, SystemExit):
            return f"SystemExit: the script called exit({text}); return a value instead"
    except BaseException:  # noqa: BLE001  # `__str__` is the script's
        return f"{name}, which cannot be shown"
    message = f"{name}: {text}" if text else name
    return message if len(message) <= MAX_MESSAGE else f"{message[: MAX_MESSAGE - 1]}…"


def _add_traceback(
    error: ScriptRaised | MemoryExceeded, exc: BaseException, script: Script
) -> None:
    # Loaded only here: while all goes well nobody needs it.
    from traceback import TracebackException

    show_source(script)
    report = TracebackException.from_exception(exc, limit=-_FRAMES, lookup_lines=False)
    for part in _parts(report):
        part.stack[:] = [frame for frame in part.stack if frame.filename == script.filename]
    if report.stack:
        error.line = report.stack[-1].lineno
    error.traceback = _bounded(_clean("".join(report.format()), script))


def _parts(report: TracebackException) -> Iterator[TracebackException]:
    """The report of an exception, of its causes, and of the members of its groups."""
    waiting: list[TracebackException | None] = [report]
    while waiting:
        part = waiting.pop()
        if part is not None:
            yield part
            waiting += [part.__cause__, part.__context__, *(part.exceptions or ())]


def _bounded(text: str) -> str:
    """Both ends: the first cause stands first, the newest frames stand last."""
    if len(text) <= MAX_TRACEBACK:
        return text
    return f"{text[: MAX_TRACEBACK // 4]}\n[…]\n{text[-MAX_TRACEBACK // 4 * 3 :]}"


def _clean(text: str, script: Script) -> str:
    """Valid Unicode, without the private name of the script's module."""
    return text.replace(f"{script.module}.", "").encode("utf-8", "backslashreplace").decode()
