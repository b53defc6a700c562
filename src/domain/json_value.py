"""Strict JSON (RFC 8259, no NaN, no lone surrogates): what comes in, goes out and is stored.

Standard library only, because the sandbox child loads this module too.
"""

from __future__ import annotations

import json

from .call_errors import ParametersNotJson
from .json_walk import MAX_DEPTH, NotJson, converted, strict
from .run_errors import ResultNotSerializable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Final, TypeAlias, TypeVar

    Given = TypeVar("Given")

__all__ = ["JsonValue", "NotJson", "encode_parameters", "parse_json", "to_json_bytes"]

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""What strict JSON can carry, as Python reads it."""

_SCALARS: Final = frozenset({type(None), bool, int, float, str})
_CONTAINERS: Final = frozenset({dict, list, tuple})
_TEXT_ONLY: Final = frozenset({str})

_encoder: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
)


def to_json_bytes(value: object) -> bytes:
    """The compact JSON of what a script's function returned, in UTF-8.

    Becomes text: datetime, date and time (ISO 8601), UUID, Decimal (which as a JSON number would
    lose digits), bytes (base64). Becomes a number: timedelta (its seconds, so that it can be
    charted), numpy scalars. Becomes a list: tuple, set (sorted where its elements compare, else
    by their JSON), numpy array. Becomes an object: dataclass, pydantic model, NamedTuple, any
    Mapping; its keys may be whatever becomes text, a number, a boolean or null. An Enum becomes
    its value.

    Raises:
        ResultNotSerializable: something in the value cannot become strict JSON; message and
            `path` name the place.
    """
    return _to_json(value, converted, ResultNotSerializable)


def encode_parameters(args: Sequence[object], kwargs: Mapping[str, object]) -> bytes:
    """The compact JSON of `{"args": [...], "kwargs": {...}}` in UTF-8; nothing is converted.

    A parameter that JSON would change on its way is refused, because the function would be called
    with something else than the caller sees.

    Raises:
        ParametersNotJson: a parameter is not plain JSON; message and `path` name the place, as in
            `args[0].when`.
    """
    parameters = {"args": list(args), "kwargs": dict(kwargs)}
    return _to_json(parameters, strict, ParametersNotJson)


def parse_json(data: bytes) -> JsonValue:
    """The value of a JSON text in UTF-8.

    Raises:
        NotJson: the text is not strict JSON, deeper than `MAX_DEPTH`, or holds a number that
            Python cannot read.
    """
    try:
        value: JsonValue = _decoder.decode(data.decode())
        if b"\\ud" in data or b"\\uD" in data:
            _encode(value)
    except UnicodeError:
        raise NotJson("$", "holds text that is not valid Unicode") from None
    except (ValueError, RecursionError) as exc:
        raise NotJson("$", f"is not strict JSON: {_reason(exc)}") from None
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and _is_too_deep(value):
        raise NotJson("$", f"is nested deeper than {MAX_DEPTH} levels")
    return value


def _to_json(
    value: Given,
    walk: Callable[[Given], JsonValue],
    refusal: type[ResultNotSerializable | ParametersNotJson],
) -> bytes:
    plain = _encode_plain(value)
    if plain is not None:
        return plain
    try:
        return _encode(walk(value))
    except NotJson as exc:
        error = refusal(str(exc))
        error.path = exc.path
        raise error from exc


def _encode(value: JsonValue) -> bytes:
    return _encoder.encode(value).encode()


def _encode_plain(value: object) -> bytes | None:
    """The JSON of a value that needs no conversion, else None; one look at its types."""
    if type(value) is int or type(value) is float:
        return _encode_number(value)
    if not _is_plain(value, MAX_DEPTH):
        return None
    try:
        return _encoder.encode(value).encode()
    except ValueError:
        # NaN, a huge integer or a lone surrogate: the slow way finds out where.
        return None


def _encode_number(number: float) -> bytes | None:
    # The encoder sets itself up anew for each value that is no text.
    try:
        return repr(number).encode() if number - number == 0 else None
    except ValueError:
        # It has too many digits.
        return None


def _is_plain(value: object, levels: int) -> bool:
    kind = type(value)
    if kind in _SCALARS:
        return True
    if kind not in _CONTAINERS or levels == 0:
        return False
    children: Iterable[object] = value  # type: ignore[assignment]  # one of _CONTAINERS
    if kind is dict:
        if not set(map(type, children)) <= _TEXT_ONLY:
            return False
        children = value.values()  # type: ignore[attr-defined]  # kind is dict
    # A set of types is made at C speed: a long list of numbers costs next to nothing.
    kinds = set(map(type, children)) - _SCALARS
    return not kinds or (
        kinds <= _CONTAINERS and all(_is_plain(child, levels - 1) for child in children)
    )


def _is_too_deep(value: JsonValue) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
    return any(isinstance(item, (dict, list)) for item in level)


def _children(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise ValueError("a number is too large")
    return number


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (character {error.pos})"
    text = str(error)
    return "an integer has too many digits" if text.startswith("Exceeds the limit") else text


_decoder: Final = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant)
