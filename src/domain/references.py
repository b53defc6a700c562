"""References in parameters: which there are, where they stand, and what is put in their place.

    {"$secret": "kv/path#field"}         a field of a secret, as text
    {"$lease": "database/creds/role"}    a credential of the run's own: an object of all its fields
    {"$literal": …}                      what stands in it, as it is: not looked into

An object is meant as one of these as soon as it has one of the names, and must have no other. What
stands in a reference is no secret; what stands in an object that is none may be, so that no error
shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from .errors import InvalidReference, SecretNotFound
from .json_value import JsonValue
from .json_walk import rendered
from .secret_path import names_in

if TYPE_CHECKING:
    from .json_walk import Path

SECRET: Final = "$secret"  # noqa: S105  # a name, and no secret
LEASE: Final = "$lease"
LITERAL: Final = "$literal"

MOST: Final = 32
"""Different references in a task: a worker asks for each of them while a slot waits."""

_NAMES: Final = frozenset({SECRET, LEASE, LITERAL})

_MARK: Final = b'"$'
"""What the JSON of every such object holds."""

_SHOWN: Final = 5
"""Malformed references that an error names."""

_FIELD: Final = re.compile(r"(?!\.\.?\Z)[A-Za-z0-9_.@:=+~-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SecretReference:
    """One field of a secret."""

    path: str
    field: str

    def __str__(self) -> str:
        return f"{self.path}#{self.field}"


@dataclass(frozen=True, slots=True)
class LeaseReference:
    """A credential that is made for one run; whoever names it twice means the same one."""

    path: str

    def __str__(self) -> str:
        return self.path


Reference: TypeAlias = SecretReference | LeaseReference
_Visit: TypeAlias = "Callable[[str, JsonValue, Path], JsonValue]"


def may_refer(encoded: bytes) -> bool:
    """Whether parameters may hold any of these objects; False: surely not.

    Args:
        encoded: their JSON, with characters beyond ASCII as they are.
    """
    return _MARK in encoded


def references_in(
    args: Sequence[JsonValue], kwargs: Mapping[str, JsonValue]
) -> dict[Reference, str]:
    """The references in parameters, each with the first place where it stands.

    Raises:
        InvalidReference: some are malformed, or there are too many; the message says where.
    """
    found: dict[Reference, str] = {}
    problems: list[str] = []

    def visit(name: str, given: JsonValue, path: Path) -> JsonValue:
        try:
            found.setdefault(_reference(name, given), rendered("$", path))
        except InvalidReference as exc:
            problems.append(f"{rendered('$', path)}: {exc.message}")
        return None

    _replaced(args, kwargs, visit)
    if problems:
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise InvalidReference("; ".join(problems[:_SHOWN]) + more)
    if len(found) > MOST:
        raise InvalidReference(
            f"a task takes {MOST} different references at most, and this one has {len(found)}: "
            "keep what belongs together in one secret, or split the task"
        )
    return found


def with_values(
    args: Sequence[JsonValue],
    kwargs: Mapping[str, JsonValue],
    values: Mapping[Reference, JsonValue],
) -> tuple[list[JsonValue], dict[str, JsonValue]]:
    """A copy of parameters with a value in the place of each reference, and literals laid bare.

    Args:
        args: by position.
        kwargs: by name.
        values: one for each of `references_in` them.
    """
    return _replaced(args, kwargs, lambda name, given, _: values[_reference(name, given)])


def _replaced(
    args: Sequence[JsonValue], kwargs: Mapping[str, JsonValue], visit: _Visit
) -> tuple[list[JsonValue], dict[str, JsonValue]]:
    # Not walked into as an object: a parameter may be called `$secret`, too.
    by_position: list[JsonValue] = [
        _walk(item, ((None, "args"), index), visit) for index, item in enumerate(args)
    ]
    by_name = {name: _walk(item, ((None, "kwargs"), name), visit) for name, item in kwargs.items()}
    return by_position, by_name


def _walk(value: JsonValue, path: Path, visit: _Visit) -> JsonValue:
    if isinstance(value, list):
        return [_walk(item, (path, index), visit) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    meant = _NAMES & value.keys()
    if not meant:
        return {name: _walk(item, (path, name), visit) for name, item in value.items()}
    if len(value) > 1:
        return visit("", None, path)
    [(name, given)] = value.items()
    return given if name == LITERAL else visit(name, given, path)


def secret_reference(given: JsonValue) -> SecretReference:
    """The reference to a secret in a text.

    Raises:
        InvalidReference: it is none; what was given is not shown.
    """
    path, _, name = _text(given).partition("#")
    if not _is_path(path) or not _FIELD.fullmatch(name):
        raise _malformed(SECRET, "kv/path#field")
    return SecretReference(path, name)


def lease_reference(given: JsonValue) -> LeaseReference:
    """The reference to a credential of a run's own in a text; raises as `secret_reference`."""
    path = _text(given)
    if not _is_path(path):
        raise _malformed(LEASE, "database/creds/role")
    return LeaseReference(path)


def _reference(name: str, given: JsonValue) -> Reference:
    if not name:
        raise InvalidReference(
            f"an object with {SECRET}, {LEASE} or {LITERAL} has that name alone: take the others "
            f'out, or pass the whole as it is by {{"{LITERAL}": …}} around it'
        )
    return secret_reference(given) if name == SECRET else lease_reference(given)


def _malformed(name: str, example: str) -> InvalidReference:
    return InvalidReference(
        f'not of the form {{"{name}": "{example}"}}, of letters, digits and _ - . @ + =: '
        f'write it so, or pass the object as it is by {{"{LITERAL}": …}} around it'
    )


def _text(given: JsonValue) -> str:
    return given if isinstance(given, str) else ""


def _is_path(text: str) -> bool:
    try:
        names_in(text)
    except SecretNotFound:
        return False
    return True
