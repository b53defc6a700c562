"""The table of what becomes JSON and how; types of other packages are known by name, not imported.

Standard library only, because the sandbox child loads this module too.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Mapping
from enum import Enum

from .type_name import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date, time, timedelta
    from decimal import Decimal
    from typing import Final, Protocol, TypeAlias

    from _typeshed import DataclassInstance, SupportsRichComparison

    # What a converter takes is known by the type's name alone.
    Converter: TypeAlias = Callable[..., object]

    class Dtype(Protocol):
        """The part of numpy.dtype that is needed here."""

        kind: str

    class Numpy(Protocol):
        """The part of numpy.generic and numpy.ndarray that is needed here."""

        dtype: Dtype
        ndim: int

        def item(self) -> object: ...
        def tolist(self) -> object: ...
        def __iter__(self) -> Iterator[object]: ...
        def __getitem__(self, index: tuple[()]) -> object: ...
        def __float__(self) -> float: ...
        def __complex__(self) -> complex: ...

    class Timedelta64(Numpy, Protocol):
        """The part of numpy.timedelta64 that is needed here."""

        def __init__(self, count: int, unit: str) -> None: ...
        def __truediv__(self, unit: object) -> float: ...

    class Model(Protocol):
        """The part of pydantic.BaseModel that is needed here."""

        def model_dump(self) -> object: ...

    class Named(Protocol):
        """The part of a NamedTuple that is needed here."""

        def _asdict(self) -> object: ...


def conversion_of(value: object) -> Converter | None:
    """What turns `value` one step nearer to JSON; None where nothing does."""
    kind = type(value)
    if isinstance(value, Enum):
        return _member
    if hasattr(kind, "__dataclass_fields__"):
        return _dataclass
    if hasattr(kind, "model_dump") and hasattr(kind, "model_fields"):
        return _pydantic
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return _named_tuple
    return _by_name(kind) or (dict if isinstance(value, Mapping) else None)


def hint_for(value: object) -> str:
    """What a script's author can return instead of a value that has no conversion."""
    kind = type(value)
    for base in kind.__mro__:
        hint = _HINTS.get(_key(base))
        if hint is not None:
            return hint
    if hasattr(kind, "__iter__"):
        return "return list(…) of it"
    return "return plain data instead, such as a dict of what is needed"


def _by_name(kind: type) -> Converter | None:
    for base in kind.__mro__:
        converter = _CONVERTERS.get(_key(base))
        if converter is not None:
            return converter
    return None


def _key(kind: type) -> tuple[str, str]:
    return str(kind.__module__).partition(".")[0], kind.__qualname__


def _member(value: Enum) -> object:
    return value.value


def _dataclass(value: DataclassInstance) -> dict[str, object]:
    from dataclasses import fields

    return {field.name: getattr(value, field.name) for field in fields(value)}


def _pydantic(value: Model) -> object:
    return value.model_dump()


def _named_tuple(value: Named) -> object:
    return value._asdict()


def _moment(value: date | time) -> str:
    if value != value:  # noqa: PLR0124  # pandas.NaT is a datetime that equals nothing
        raise ValueError("it is no point in time (NaT)")
    return value.isoformat()


def _seconds(value: timedelta) -> float:
    return value.total_seconds()


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"JSON has no number for {value}")
    return str(value)


def _base64(value: bytes | bytearray | memoryview) -> str:
    return b2a_base64(value, newline=False).decode()


def _ordered(value: Iterable[SupportsRichComparison]) -> list[object]:
    try:
        return list[object](sorted(value))
    except TypeError:
        return sorted(value, key=lambda item: (type_name(type(item)), repr(item)))


def _numpy_scalar(value: Numpy) -> object:
    plain = value.item()
    if type(plain) is not type(value):
        return plain
    # Long doubles have no Python type of their own and stay what they are.
    return complex(value) if value.dtype.kind == "c" else float(value)


def _numpy_moment(value: Numpy) -> str:
    if value != value:  # noqa: PLR0124  # NaT equals nothing
        raise ValueError("it is no point in time (NaT)")
    return str(value)


def _numpy_seconds(value: Timedelta64) -> float:
    return float(value / type(value)(1, "s"))


def _numpy_array(value: Numpy) -> object:
    if value.dtype.kind in "Mm":
        # tolist() would make bare integers of nanoseconds; the elements know their unit.
        return list(value) if value.ndim else value[()]
    return value.tolist()


_CONVERTERS: Final[dict[tuple[str, str], Converter]] = {
    ("datetime", "datetime"): _moment,
    ("datetime", "date"): _moment,
    ("datetime", "time"): _moment,
    ("datetime", "timedelta"): _seconds,
    ("decimal", "Decimal"): _decimal,
    ("uuid", "UUID"): str,
    ("numpy", "datetime64"): _numpy_moment,
    ("numpy", "timedelta64"): _numpy_seconds,
    ("numpy", "generic"): _numpy_scalar,
    ("numpy", "ndarray"): _numpy_array,
    ("builtins", "bytes"): _base64,
    ("builtins", "bytearray"): _base64,
    ("builtins", "memoryview"): _base64,
    ("builtins", "set"): _ordered,
    ("builtins", "frozenset"): _ordered,
    # Subclasses, as of a plain type: what they add is not looked at.
    ("builtins", "str"): str.__str__,
    ("builtins", "int"): int.__pos__,
    ("builtins", "float"): float.__pos__,
    ("builtins", "list"): list,
    ("builtins", "tuple"): list,
    ("builtins", "dict"): dict,
}

_HINTS: Final = {
    ("builtins", "generator"): "return list(…) of it",
    ("builtins", "async_generator"): "collect what it yields into a list first",
    ("builtins", "coroutine"): "await it",
    ("builtins", "function"): "call it",
    ("builtins", "builtin_function_or_method"): "call it",
    ("builtins", "method"): "call it",
    ("builtins", "type"): "return an instance of it",
    ("builtins", "complex"): "return its real and imaginary parts",
    ("pandas", "DataFrame"): "return its .to_dict('records')",
    ("pandas", "Series"): "return its .to_dict() or .tolist()",
}
"""What to return instead, where there is something better to say than `plain data`."""
