"""What becomes JSON, how, and what is refused with its place."""

from __future__ import annotations

import json
import math
import sys
from collections import ChainMap, Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, model_serializer

from fleeting.domain.errors import ParametersNotJson, ResultNotSerializable
from fleeting.domain.json_value import NotJson, encode_parameters, parse_json, to_json_bytes
from fleeting.domain.json_walk import MAX_DEPTH

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


class Colour(Enum):
    RED = "red"


class Size(IntEnum):
    SMALL = 1


class Word(StrEnum):
    YES = "yes"


@dataclass
class Point:
    x: object
    y: object = 0
    hidden: int = field(default=1, repr=False)


class Pair(NamedTuple):
    first: object
    second: object = None


class Model(BaseModel):
    when: datetime
    points: list[Point] = []


class Broken(BaseModel):
    @model_serializer
    def serialize(self) -> Any:
        raise ValueError("no way")


class Endless(Mapping[str, object]):
    """Every look into it gives a new one."""

    def __getitem__(self, key: str) -> object:
        return Endless()

    def __iter__(self) -> Iterator[str]:
        return iter("a")

    def __len__(self) -> int:
        return 1


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


@pytest.fixture(autouse=True)
def _room_for_tools() -> Iterator[None]:
    """Coverage and mutation add frames of their own to every call of a deep walk."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10 * before)
    yield
    sys.setrecursionlimit(before)


def nested(levels: int, inside: object = None) -> object:
    value = inside
    for _ in range(levels):
        value = [value]
    return value


@given(JSON)
def test_plain_values_come_back_as_they_went(value: object) -> None:
    assert parse_json(to_json_bytes(value)) == value


@given(JSON)
def test_json_is_compact_and_in_utf8(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    assert to_json_bytes(value) == text.encode()


@given(JSON, JSON)
def test_parameters_come_back_as_they_went(one: object, other: object) -> None:
    encoded = encode_parameters([one], {"other": other})

    assert parse_json(encoded) == {"args": [one], "kwargs": {"other": other}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC), '"2026-11-21T01:02:03+00:00"'),
        (date(2026, 11, 21), '"2026-11-21"'),
        (time(1, 2), '"01:02:00"'),
        (timedelta(minutes=1, milliseconds=500), "60.5"),
        (Decimal("1.50"), '"1.50"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (b"\xff\x00", '"/wA="'),
        (bytearray(b"a"), '"YQ=="'),
        (memoryview(b"a"), '"YQ=="'),
        (Colour.RED, '"red"'),
        (Size.SMALL, "1"),
        (Word.YES, '"yes"'),
        ((1, 2), "[1,2]"),
        ({3, 10, 9}, "[3,9,10]"),
        (frozenset("ba"), '["a","b"]'),
        ({2, "b", None, 1, "a"}, '[null,1,2,"a","b"]'),
        (Point(1, Point(2)), '{"x":1,"y":{"x":2,"y":0,"hidden":1},"hidden":1}'),
        (Pair(1), '{"first":1,"second":null}'),
        (Model(when=NEW_YEAR), '{"when":"2026-01-01T00:00:00+00:00","points":[]}'),
        (
            Model(when=NEW_YEAR, points=[Point(date(2026, 1, 1))]),
            '{"when":"2026-01-01T00:00:00+00:00","points":[{"x":"2026-01-01","y":0,"hidden":1}]}',
        ),
        (OrderedDict(a=1), '{"a":1}'),
        (Counter("aab"), '{"a":2,"b":1}'),
        (ChainMap({"a": 1}), '{"a":1}'),
        (Text("plain"), '"plain"'),
        (type("Number", (int,), {})(3), "3"),
        (type("Real", (float,), {})(-0.0), "-0.0"),
        (type("Array", (list,), {})([1]), "[1]"),
        (type("Tuple", (tuple,), {})([1]), "[1]"),
        (-0.0, "-0.0"),
        (1e300, "1e+300"),
        ("ü😀\x00", '"ü😀\\u0000"'),
    ],
)
def test_value_is_converted(value: object, expected: str) -> None:
    assert to_json_bytes(value).decode() == expected
    assert to_json_bytes({"inside": [value]}).decode() == f'{{"inside":[{expected}]}}'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(1.5), "1.5"),
        (np.float32(0.5), "0.5"),
        (np.int8(3), "3"),
        (np.bool_(True), "true"),
        (np.str_("a"), '"a"'),
        (np.longdouble(1.5), "1.5"),
        (np.array([[1, 2], [3, 4]]), "[[1,2],[3,4]]"),
        (np.array(5), "5"),
        (np.array([1.5], np.longdouble), "[1.5]"),
        (np.array([date(2026, 1, 1)], object), '["2026-01-01"]'),
        (np.ma.array([1, 2], mask=[False, True]), "[1,null]"),
        (np.datetime64("2026-01-01T00:00:00"), '"2026-01-01T00:00:00"'),
        (np.array([["2026-01-01"]], "datetime64[D]"), '[["2026-01-01"]]'),
        (np.array([0], "datetime64[ns]"), '["1970-01-01T00:00:00.000000000"]'),
        (np.array([1], "timedelta64[ns]"), "[1e-09]"),
        (np.array("2026-01-01", "datetime64[D]"), '"2026-01-01"'),
        (np.timedelta64(1500, "ms"), "1.5"),
        (np.array([1500], "timedelta64[ms]"), "[1.5]"),
    ],
)
def test_numpy_is_converted(value: object, expected: str) -> None:
    assert to_json_bytes(value).decode() == expected


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (1, "1"),
        (1.5, "1.5"),
        (True, "true"),
        (None, "null"),
        (date(2026, 1, 1), "2026-01-01"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Word.YES, "yes"),
        (Colour.RED, "red"),
        (np.int64(7), "7"),
        (b"a", "YQ=="),
        ("", ""),
    ],
)
def test_key_becomes_text(key: object, name: str) -> None:
    assert json.loads(to_json_bytes({key: 0})) == {name: 0}


def refusal(value: object) -> ResultNotSerializable:
    with pytest.raises(ResultNotSerializable) as caught:
        to_json_bytes(value)
    return caught.value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (math.nan, "is NaN, for which JSON has no number; None becomes null"),
        (math.inf, "is infinite, for which JSON has no number; None becomes null"),
        (-math.inf, "is infinite, for which JSON has no number; None becomes null"),
        (np.float32("nan"), "is NaN, for which JSON has no number; None becomes null"),
        (np.timedelta64("NaT", "s"), "is NaN, for which JSON has no number; None becomes null"),
        (
            "\ud800",
            "holds a lone surrogate, which is not valid Unicode; encode with errors='replace'",
        ),
        (
            object(),
            (
                "is of type object, which JSON cannot carry; "
                "return plain data instead, such as a dict of what is needed"
            ),
        ),
        (
            Fraction(1, 2),
            (
                "is of type fractions.Fraction, which JSON cannot carry; "
                "return plain data instead, such as a dict of what is needed"
            ),
        ),
        (range(3), "is of type range, which JSON cannot carry; return list(…) of it"),
        (
            (i for i in ()),
            "is of type generator, which JSON cannot carry; return list(…) of it",
        ),
        (len, "is of type builtin_function_or_method, which JSON cannot carry; call it"),
        (nested, "is of type function, which JSON cannot carry; call it"),
        (Point, "is of type type, which JSON cannot carry; return an instance of it"),
        (
            Model,
            (
                f"is of type {type(Model).__module__}.ModelMetaclass, which JSON cannot carry; "
                "return an instance of it"
            ),
        ),
        (1j, "is of type complex, which JSON cannot carry; return its real and imaginary parts"),
        (
            np.complex128(1j),
            "is of type complex, which JSON cannot carry; return its real and imaginary parts",
        ),
        (
            np.clongdouble(1j),
            "is of type complex, which JSON cannot carry; return its real and imaginary parts",
        ),
        (
            Decimal("NaN"),
            (
                "is of type decimal.Decimal, whose conversion raised ValueError: "
                "JSON has no number for NaN"
            ),
        ),
        (
            np.datetime64("NaT", "s"),
            (
                "is of type numpy.datetime64, whose conversion raised ValueError: "
                "it is no point in time (NaT)"
            ),
        ),
        (nested(MAX_DEPTH + 1), "is nested deeper than 100 levels; flatten it"),
        (Endless(), "is nested deeper than 100 levels; flatten it"),
        ({(1, 2): 3}, "has a key of type tuple; make it text"),
        ({Point(1).x: 0, "1": 0}, 'has two keys that both become "1"'),
        (
            {math.nan: 0},
            "has a key that is NaN, for which JSON has no number; None becomes null",
        ),
        (
            {"\ud800": 0},
            (
                "has a key that holds a lone surrogate, which is not valid Unicode; "
                "encode with errors='replace'"
            ),
        ),
    ],
)
def test_refusal_says_why_and_what_to_do(value: object, reason: str) -> None:
    error = refusal(value)

    assert error.message == f"{error.path} {reason}"


@pytest.mark.parametrize("sign", [1, -1])
def test_integer_may_have_as_many_digits_as_python_reads(sign: int) -> None:
    longest = sign * (10**4300 - 1)
    assert to_json_bytes([longest]) == f"[{longest}]".encode()
    assert to_json_bytes([longest, Colour.RED]) == f'[{longest},"red"]'.encode()
    assert to_json_bytes([sign * 10**2000, Colour.RED]) == f'[{sign * 10**2000},"red"]'.encode()
    assert refusal(sign * 10**4300).message == (
        "$ is an integer of more than 4300 digits; make it text"
    )
    assert refusal([sign * 10**4300]).message == (
        "$[0] is an integer of more than 4300 digits; make it text"
    )


def test_failing_conversion_is_told_with_its_cause() -> None:
    error = refusal({"model": Broken()})

    assert error.path == "$.model"
    assert error.message.startswith(
        f"$.model is of type {__name__}.Broken, whose conversion raised pydantic_core."
    )
    assert error.message.endswith("ValueError: no way")


def test_cause_of_a_failing_conversion_is_cut_and_valid() -> None:
    class Long(Endless):
        def __iter__(self) -> Iterator[str]:
            raise ValueError("\ud800" + "x" * 200)

    assert refusal(Long()).message.endswith(f"raised ValueError: \\ud800{'x' * 199}")


def test_unprintable_cause_of_a_failing_conversion_is_no_matter() -> None:
    class Sly(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    class Sly2(Endless):
        def __iter__(self) -> Iterator[str]:
            raise Sly

    assert refusal(Sly2()).message.endswith("Sly: unprintable")


def test_conversion_that_never_ends_is_refused() -> None:
    class Forever(BaseModel):
        @model_serializer
        def serialize(self) -> Any:
            return None

        def model_dump(self, **_: object) -> Any:
            return Forever()

    assert refusal([Forever()]).message == (
        f"$[0] is of type {Forever.__module__}.{Forever.__qualname__}, which never ends"
    )


def test_not_a_time_of_pandas_is_refused() -> None:
    """pandas.NaT is a datetime that equals nothing."""

    class NaT(datetime):
        def __eq__(self, other: object) -> bool:
            return False

        def __ne__(self, other: object) -> bool:
            return True

        __hash__ = datetime.__hash__

    assert refusal(NaT(2026, 1, 1)).message.endswith("it is no point in time (NaT)")


@pytest.mark.parametrize(
    ("module", "name", "hint"),
    [
        ("pandas.core.frame", "DataFrame", "return its .to_dict('records')"),
        ("pandas", "Series", "return its .to_dict() or .tolist()"),
        ("builtins", "async_generator", "collect what it yields into a list first"),
        ("builtins", "coroutine", "await it"),
    ],
)
def test_hint_for_well_known_types(module: str, name: str, hint: str) -> None:
    kind = type(name, (), {"__module__": module})

    assert refusal(kind()).message.endswith(f"which JSON cannot carry; {hint}")


def test_value_that_contains_itself_is_refused() -> None:
    array: list[object] = []
    array.append({"back": array})
    point = Point(1)
    point.y = [point]

    assert refusal(array).message == "$[0].back contains itself; leave out the way back"
    assert refusal(point).message == "$.y[0] contains itself; leave out the way back"


def test_same_object_in_two_places_is_fine() -> None:
    shared = [Point(1, 2, 3)]

    assert to_json_bytes([shared, shared]) == (
        b'[[{"x":1,"y":2,"hidden":3}],[{"x":1,"y":2,"hidden":3}]]'
    )


@pytest.mark.parametrize("inside", [1, Colour.RED, {}])
def test_deepest_nesting_allowed(inside: object) -> None:
    levels = MAX_DEPTH - (1 if inside == {} else 0)

    assert to_json_bytes(nested(levels, inside)).startswith(b"[" * levels)


@pytest.mark.parametrize("before", [[[]], {"a": {}}, [{}], {"a": []}])
def test_levels_that_came_before_do_not_hide_a_depth(before: object) -> None:
    """Neither beside the place nor around it."""
    for value in (
        [before, before, before, nested(MAX_DEPTH)],
        {"a": before, "b": before, "c": before, "d": nested(MAX_DEPTH)},
        nested(50, [before, before, nested(51)]),
        nested(50, {"a": before, "b": before, "c": nested(51)}),
    ):
        assert refusal(value).message.endswith("is nested deeper than 100 levels; flatten it")


def test_path_of_an_object_too_deep() -> None:
    error = refusal(nested(MAX_DEPTH, {}))

    assert error.path == "$" + "[0]" * MAX_DEPTH


def test_other_class_with_a_method_of_that_name_is_no_model() -> None:
    class Other:
        def model_dump(self) -> object:
            return None

    assert "which JSON cannot carry" in refusal(Other()).message


def test_depth_counts_levels_around_a_place_only() -> None:
    """Not those that came before beside it."""
    assert to_json_bytes([nested(99, Colour.RED), {1: nested(98)}, nested(99)])


def test_digit_limit_of_the_interpreter_counts_if_lower() -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        assert refusal([10**640]).message == (
            "$[0] is an integer of more than 640 digits; make it text"
        )
        assert to_json_bytes(10**639)
        sys.set_int_max_str_digits(0)
        assert refusal([Colour.RED, 10**4300]).path == "$[1]"
    finally:
        sys.set_int_max_str_digits(before)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (object(), "$"),
        ([object()], "$[0]"),
        ({"rows": [0, 0, 0, {"when": object()}]}, "$.rows[3].when"),
        ({"odd key": object()}, '$["odd key"]'),
        ({"": object()}, '$[""]'),
        ({'"': object()}, '$["\\""]'),
        ({"größe": object()}, "$.größe"),
        ({1: object()}, '$["1"]'),
        (Point(Point(object())), "$.x.x"),
        (Pair(0, object()), "$.second"),
        ((0, {"a": object()}), "$[1].a"),
        (np.array([1.0, math.nan]), "$[1]"),
        ({"a": {1: 0, "1": 0}}, "$.a"),
        ({"a": {(1, 2): 0}}, "$.a"),
        ({"a": {math.nan: 0}}, "$.a"),
        ({"a" * 40 + " " + "a" * 39: object()}, '$["' + "a" * 40 + " " + "a" * 39 + '"]'),
        (Model(when=NEW_YEAR, points=[Point(object())]), "$.points[0].x"),
        ({"k" * 80: object()}, "$." + "k" * 80),
        ({"k" * 81: object()}, '$["' + "k" * 80 + '…"]'),
    ],
)
def test_path_names_the_place(value: object, path: str) -> None:
    assert refusal(value).path == path
    assert refusal(value).message.startswith(f"{path} ")


STEPS = st.lists(st.integers(0, 3) | st.from_regex(r"[a-z_]{1,8}", fullmatch=True), max_size=8)


@given(STEPS, st.sampled_from([object(), math.nan, "\udfff"]))
def test_path_leads_to_the_place(steps: list[int | str], bad: object) -> None:
    value = bad
    for step in reversed(steps):
        value = [0] * step + [value] if isinstance(step, int) else {"other": 0, step: value}

    path = refusal(value).path

    assert path is not None
    expected = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    assert path == f"${expected}"


def test_long_path_is_cut_in_the_middle() -> None:
    value: object = object()
    for number in range(90):
        value = {f"key_{number}": value}

    path = refusal(value).path

    assert path is not None
    assert len(path) == 501
    assert path.startswith("$.key_89.key_88")
    assert path.endswith(".key_1.key_0")
    assert path[250] == "…"


def test_path_of_just_the_length_is_whole() -> None:
    value: object = object()
    for _ in range(49):
        value = {"k" * 9: value}
    value = {"k" * 8: value}

    assert refusal(value).path == "$." + "k" * 8 + ("." + "k" * 9) * 49


def parameters_refusal(*args: object, **kwargs: object) -> ParametersNotJson:
    with pytest.raises(ParametersNotJson) as caught:
        encode_parameters(args, kwargs)
    return caught.value


CONVERT = "but parameters are plain JSON; convert it before"


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ([{"when": date(2026, 1, 1)}], {}, f"args[0].when is of type datetime.date, {CONVERT}"),
        ([0, np.float64(1)], {}, f"args[1] is of type numpy.float64, {CONVERT}"),
        ([], {"x": Word.YES}, f"kwargs.x is of type {__name__}.Word, {CONVERT}"),
        ([], {"odd key": {1}}, f'kwargs["odd key"] is of type set, {CONVERT}'),
        ([], {"x": math.nan}, "kwargs.x is NaN, for which JSON has no number; None becomes null"),
        ([{1: 2}], {}, "args[0] has a key of type int; make it text"),
        ([Pair(1)], {}, f"args[0] is of type {__name__}.Pair, {CONVERT}"),
        ([OrderedDict()], {}, f"args[0] is of type collections.OrderedDict, {CONVERT}"),
        (
            [nested(99)],
            {},
            f"args[0]{'[0]' * 98} is nested deeper than 100 levels; flatten it",
        ),
    ],
)
def test_parameters_that_json_would_change_are_refused(
    args: list[object], kwargs: dict[str, object], message: str
) -> None:
    error = parameters_refusal(*args, **kwargs)

    assert error.message == message
    assert error.path is not None
    assert message.startswith(f"{error.path} ")


def test_tuples_are_plain_parameters() -> None:
    assert encode_parameters(((1, 2),), {"a": ()}) == b'{"args":[[1,2]],"kwargs":{"a":[]}}'


def test_deepest_parameters_allowed() -> None:
    assert encode_parameters([nested(98)], {})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"NaN", "is not strict JSON: NaN is no JSON number"),
        (b"[Infinity]", "is not strict JSON: Infinity is no JSON number"),
        (b"-Infinity", "is not strict JSON: -Infinity is no JSON number"),
        (b"1e999", "is not strict JSON: a number is too large"),
        (b"-1e999", "is not strict JSON: a number is too large"),
        (b"9" * 4301, "is not strict JSON: an integer has too many digits"),
        (b"", "is not strict JSON: Expecting value (character 0)"),
        (b"[1,]", "is not strict JSON: "),
        (b"1 2", "is not strict JSON: Extra data (character 2)"),
        (b"\xff", "holds text that is not valid Unicode"),
        (b'"\\ud800"', "holds text that is not valid Unicode"),
        (b'{"\\uDFFF": 1}', "holds text that is not valid Unicode"),
        (b"\xef\xbb\xbf1", "is not strict JSON: "),
        (b"[" * 100_000, "is not strict JSON: it is nested too deeply"),
        (b"[" * 101 + b"]" * 101, "is nested deeper than 100 levels"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "is nested deeper than 100 levels"),
    ],
)
def test_text_that_is_not_strict_json_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(NotJson) as caught:
        parse_json(data)

    assert caught.value.path == "$"
    assert caught.value.reason.startswith(reason)
    assert str(caught.value) == f"$ {caught.value.reason}"


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b' {"a": [1, 2.5]} ', {"a": [1, 2.5]}),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\uD83D\\uDE00"', "😀"),
        (b"[" * 100 + b"]" * 100, nested(99, [])),
        (b"[[1],{}]", [[1], {}]),
        (b"[" + b"[[]]," * 60 + b"{}]", [[[]]] * 60 + [{}]),
        (b"[" + b'["ab", 1, null],' * 101 + b"{}]", [["ab", 1, None]] * 101 + [{}]),
        (b"1e308", 1e308),
    ],
)
def test_strict_json_is_read(data: bytes, value: object) -> None:
    assert parse_json(data) == value


def test_longest_integer_is_read() -> None:
    assert parse_json(b"9" * 4300) == 10**4300 - 1


@given(st.binary(max_size=50))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        value = parse_json(data)
    except NotJson:
        return
    assert parse_json(to_json_bytes(value)) == value
