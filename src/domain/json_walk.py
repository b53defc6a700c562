"""Walk through a value on its way to JSON: every place has a path, every refusal names it.

Standard library only, because the sandbox child loads this module too.
"""

from __future__ import annotations

import json
import sys

from .json_conversions import conversion_of, hint_for
from .type_name import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Final, TypeAlias

    from .json_value import JsonValue

    Path: TypeAlias = "tuple[Path, str | int] | None"

MAX_DEPTH: Final = 100
"""Levels of nesting; readers give up soon after: serde_json at 128, jiter (in pydantic) at 200."""

MAX_DIGITS: Final = 4300
"""Digits of an integer: what Python reads by default (`sys.set_int_max_str_digits`)."""

_MAX_STEPS: Final = 3 * MAX_DEPTH
"""Conversions and levels above one place; past that, conversions lead to ever new ones."""

_PATH_CHARACTERS: Final = 500
"""Longest path shown; its middle is left out beyond."""

_KEY_CHARACTERS: Final = 80
"""Longest key shown in a path."""

_CAUSE_CHARACTERS: Final = 200
"""How much is shown of what a failing conversion says."""

_INFINITY: Final = float("inf")


class NotJson(ValueError):
    """Strict JSON cannot carry what stands at `path`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} {reason}")
        self.path = path
        self.reason = reason


def converted(value: object) -> JsonValue:
    """A copy of a script's value in plain JSON types, everything convertible converted.

    Raises:
        NotJson: a place cannot become JSON; paths begin at `$`.
    """
    return _Walk("$", _convert).walk(value, None)


def strict(parameters: Mapping[str, object]) -> JsonValue:
    """A copy of parameters that are of plain JSON types already.

    Raises:
        NotJson: a place is not; paths begin at a key of `parameters`.
    """
    return _Walk("", _refuse).walk(parameters, None)


class _Walk:
    """One walk; knows the containers that it is inside of."""

    __slots__ = ("_convert", "_depth", "_inside", "_root")

    def __init__(self, root: str, convert: Callable[[object], object]) -> None:
        self._root = root
        self._convert = convert
        self._depth = 0
        self._inside: list[int] = []

    def walk(self, value: object, path: Path) -> JsonValue:
        """The plain copy of what stands at `path`."""
        kind = type(value)
        problem = _CHECKS[kind](value) if kind in _CHECKS else None
        if problem is not None:
            raise self._refusal(path, problem)
        if kind in _CHECKS:
            return value  # type: ignore[return-value]  # a scalar, by its type
        if id(value) in self._inside:
            raise self._refusal(path, "contains itself; leave out the way back")
        self._inside.append(id(value))
        try:
            return self._inner(value, path)
        finally:
            self._inside.pop()

    def _inner(self, value: object, path: Path) -> JsonValue:
        if len(self._inside) > _MAX_STEPS:
            raise self._refusal(path, f"is of type {type_name(type(value))}, which never ends")
        if type(value) is dict:
            return self._object(value, path)
        if type(value) in (list, tuple):
            return self._array(value, path)  # type: ignore[arg-type]  # by its type
        try:
            nearer = self._convert(value)
        except Exception as exc:
            raise self._refusal(path, _cause(value, exc)) from exc
        return self.walk(nearer, path)

    def _array(self, items: Iterable[object], path: Path) -> JsonValue:
        self._deeper(path)
        array = [self.walk(item, (path, index)) for index, item in enumerate(items)]
        self._depth -= 1
        return array

    def _object(self, items: Mapping[object, object], path: Path) -> JsonValue:
        self._deeper(path)
        found: dict[str, JsonValue] = {}
        for key, item in items.items():
            name = self._name(key, path)
            if name in found:
                raise self._refusal(path, f"has two keys that both become {_quoted(name)}")
            found[name] = self.walk(item, (path, name))
        self._depth -= 1
        return found

    def _name(self, key: object, path: Path) -> str:
        if type(key) is not str and self._convert is _refuse:
            raise self._refusal(path, f"has a key of type {type_name(type(key))}; make it text")
        try:
            plain = _Walk("", self._convert).walk(key, None)
        except NotJson as exc:
            raise self._refusal(path, f"has a key that {exc.reason}") from exc
        if isinstance(plain, str):
            return plain
        if isinstance(plain, list | dict):
            raise self._refusal(path, f"has a key of type {type_name(type(key))}; make it text")
        return json.dumps(plain)

    def _deeper(self, path: Path) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._refusal(path, f"is nested deeper than {MAX_DEPTH} levels; flatten it")

    def _refusal(self, path: Path, reason: str) -> NotJson:
        return NotJson(rendered(self._root, path), reason)


def _convert(value: object) -> object:
    conversion = conversion_of(value)
    if conversion is None:
        raise _Unknown(f"which JSON cannot carry; {hint_for(value)}")
    return conversion(value)


def _refuse(_: object) -> object:
    raise _Unknown("but parameters are plain JSON; convert it before")


class _Unknown(Exception):
    """Nothing turns this type into JSON; the message says what to do."""


def _cause(value: object, error: Exception) -> str:
    name = type_name(type(value))
    if isinstance(error, _Unknown):
        return f"is of type {name}, {error}"
    try:
        text = str(error)[:_CAUSE_CHARACTERS].encode("utf-8", "backslashreplace").decode()
    except Exception:  # noqa: BLE001  # it is the script's class
        text = "unprintable"
    return f"is of type {name}, whose conversion raised {type_name(type(error))}: {text}"


def _nothing(_: object) -> None:
    """No problem with None, True and False."""


def _text_problem(text: str) -> str | None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "holds a lone surrogate, which is not valid Unicode; encode with errors='replace'"
    return None


def _integer_problem(number: int) -> str | None:
    digits = min(sys.get_int_max_str_digits() or MAX_DIGITS, MAX_DIGITS)
    if number.bit_length() > digits and abs(number) >= 10**digits:
        return f"is an integer of more than {digits} digits; make it text"
    return None


def _float_problem(number: float) -> str | None:
    if -_INFINITY < number < _INFINITY:
        return None
    name = "NaN" if number != number else "infinite"  # noqa: PLR0124  # only NaN differs from itself
    return f"is {name}, for which JSON has no number; None becomes null"


_CHECKS: Final[dict[type, Callable[..., str | None]]] = {
    type(None): _nothing,
    bool: _nothing,
    int: _integer_problem,
    float: _float_problem,
    str: _text_problem,
}
"""What can be wrong with a scalar."""


def rendered(root: str, path: Path) -> str:
    """A path as text: `$.rows[3].when`."""
    segments = []
    while path is not None:
        path, step = path
        segments.append(_segment(step))
    text = (root + "".join(reversed(segments))).removeprefix("." if not root else "")
    if len(text) > _PATH_CHARACTERS:
        half = _PATH_CHARACTERS // 2
        text = f"{text[:half]}…{text[-half:]}"
    return text


def _segment(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if step.isidentifier() and len(step) <= _KEY_CHARACTERS:
        return f".{step}"
    return f"[{_quoted(step)}]"


def _quoted(key: str) -> str:
    shown = key if len(key) <= _KEY_CHARACTERS else f"{key[:_KEY_CHARACTERS]}…"
    return json.dumps(shown, ensure_ascii=False)
