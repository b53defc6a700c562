"""The name of a task's result: `function_time_value`, fixed at submission."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from .errors import InvalidTask, MalformedKey

FUNCTION_PATTERN: Final = r"[A-Za-z_][A-Za-z0-9_]{0,127}"
NAMESPACE_PATTERN: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
UNIQUE_PATTERN: Final = r"[0-9a-f]{16}"

_FUNCTION = re.compile(FUNCTION_PATTERN)
_NAMESPACE = re.compile(NAMESPACE_PATTERN)
# 13 digits of milliseconds reach from 2001 to 2286, so all keys sort by time as text.
_KEY = re.compile(rf"({FUNCTION_PATTERN})_([0-9]{{13}})_({UNIQUE_PATTERN})")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class ResultKey:
    """A parsed result key.

    Keys of one function sort by time of submission when compared as text.
    """

    function: str
    milliseconds: int
    unique: str

    @classmethod
    def make(cls, function: str, at: datetime, unique: str) -> ResultKey:
        """Build the key of a task for `function` submitted at the aware UTC time `at`."""
        return cls.parse(f"{function}_{(at - _EPOCH) // _MILLISECOND:013d}_{unique}")

    @classmethod
    def parse(cls, text: str) -> ResultKey:
        """Read a key; the function's name may hold underscores, so it is read from the right.

        Raises:
            MalformedKey: `text` is not of the form function_time_value.
        """
        match = _KEY.fullmatch(text)
        if match is None:
            raise MalformedKey(
                "a key has the form function_time_value: a Python name, 13 digits of UTC "
                "milliseconds and 16 lower-case hexadecimal digits, as in "
                "add_1763683200000_0123456789abcdef"
            )
        return cls(match[1], int(match[2]), match[3])

    @property
    def submitted_at(self) -> datetime:
        """The time of submission, aware UTC."""
        return _EPOCH + self.milliseconds * _MILLISECOND

    def __str__(self) -> str:
        return f"{self.function}_{self.milliseconds:013d}_{self.unique}"


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where a result lives: a key within a namespace (the default namespace is "")."""

    namespace: str
    key: str

    @property
    def function(self) -> str:
        """The function's name, cut from the key without checking the rest of it."""
        return self.key[: -len("_1763683200000_0123456789abcdef")]


def is_function_name(name: str) -> bool:
    """Whether `name` can name a function: an ASCII Python name of at most 128 characters."""
    return _FUNCTION.fullmatch(name) is not None


def check_function_name(name: str) -> str:
    """Return `name` if it can name a function.

    Raises:
        InvalidTask: it is no ASCII Python name of at most 128 characters.
    """
    if not is_function_name(name):
        hint = (
            f"; a method cannot be called from outside: add a top-level function that calls {name}"
            if "." in name and len(name) <= 256
            else ""
        )
        raise InvalidTask(
            "function must be the name of a top-level function: ASCII letters, digits and "
            f"underscores, not starting with a digit, at most 128 characters{hint}"
        )
    return name


def check_namespace(name: str) -> str:
    """Return `name` if it can name a namespace; "" is the default one.

    Raises:
        InvalidTask: it is not 1 to 63 lower-case letters, digits and inner hyphens.
    """
    if name and _NAMESPACE.fullmatch(name) is None:
        raise InvalidTask(
            "a namespace is 1 to 63 lower-case letters, digits and inner hyphens, as in team-a"
        )
    return name
