"""How a run ended: a value or an error, both as plain data.

Standard library only, because a sandbox child may load this module too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from .error_families import FleetingError


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorInfo:
    """Why a task ended without a value: what its record keeps, the API shows and clients read."""

    __pydantic_config__ = {"use_attribute_docstrings": True}  # noqa: RUF012 - pydantic's own name

    code: str
    """Stable name, as in `script_raised`, `run_timed_out`, `memory_exceeded`."""
    message: str
    """For a person: names the thing and the next step."""
    exception: str | None = None
    """Name of the exception's type where the script raised one, as in `ValueError`."""
    traceback: str | None = None
    """The script's own frames, as Python prints them."""
    line: int | None = None
    """Line of the source, counted from 1, where there is one to blame."""
    path: str | None = None
    """Place in the value that strict JSON cannot carry, as in `$.rows[3].when`."""

    @classmethod
    def of(cls, error: FleetingError) -> Self:
        """What an error of ours says."""
        return cls(
            code=error.code,
            message=error.message,
            exception=error.exception,
            traceback=error.traceback,
            line=error.line,
            path=error.path,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a script's function came to: exactly one of the two is set."""

    value: bytes | None = None
    """The JSON of the value in UTF-8."""
    error: ErrorInfo | None = None
