from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.errors import InvalidTask, MalformedKey
from fleeting.domain.result_key import Address, ResultKey, check_function_name, check_namespace

FUNCTIONS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,127}", fullmatch=True)
TIMES = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - Hypothesis wants bounds without a zone
    max_value=datetime(2286, 11, 20),  # noqa: DTZ001
    timezones=st.just(UTC),
)
UNIQUES = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
KEYS = st.builds(ResultKey.make, FUNCTIONS, TIMES, UNIQUES)
NOVEMBER = datetime(2025, 11, 21, tzinfo=UTC)


@given(KEYS)
def test_text_of_a_key_parses_back_to_it(key: ResultKey) -> None:
    assert ResultKey.parse(str(key)) == key


@given(FUNCTIONS, TIMES, UNIQUES)
def test_key_keeps_function_unique_part_and_time_to_the_millisecond(
    function: str, at: datetime, unique: str
) -> None:
    key = ResultKey.make(function, at, unique)

    assert (key.function, key.unique) == (function, unique)
    assert timedelta(0) <= at - key.submitted_at < timedelta(milliseconds=1)


@given(FUNCTIONS, TIMES, TIMES, UNIQUES, UNIQUES)
def test_keys_of_one_function_sort_by_time_as_text(
    function: str, one: datetime, other: datetime, this: str, that: str
) -> None:
    first, second = ResultKey.make(function, one, this), ResultKey.make(function, other, that)

    if first.submitted_at < second.submitted_at:
        assert str(first) < str(second)


def test_key_is_function_milliseconds_and_unique_part() -> None:
    key = ResultKey.make("add", NOVEMBER, "0123456789abcdef")

    assert str(key) == "add_1763683200000_0123456789abcdef"


def test_function_may_look_like_the_rest_of_a_key() -> None:
    """So a key is read from the right."""
    text = "f_1763683200000_0123456789abcdef_1763683200001_fedcba9876543210"

    assert ResultKey.parse(text).function == "f_1763683200000_0123456789abcdef"
    assert ResultKey.parse(text).submitted_at == NOVEMBER + timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "add",
        "add_1763683200000",
        "add_1763683200000_0123456789ABCDEF",
        "add_1763683200000_0123456789abcde",
        "add_1763683200000_0123456789abcdef0",
        "add_176368320000_0123456789abcdef",
        "add_17636832000000_0123456789abcdef",
        "_1763683200000_0123456789abcdef",
        "1add_1763683200000_0123456789abcdef",
        "a.b_1763683200000_0123456789abcdef",
        "ädd_1763683200000_0123456789abcdef",
        "add_١٧٦٣٦٨٣٢٠٠٠٠٠_0123456789abcdef",
        "add_1763683200000_0123456789abcdef\n",
        " add_1763683200000_0123456789abcdef",
        "team:add_1763683200000_0123456789abcdef",
        "a" * 129 + "_1763683200000_0123456789abcdef",
    ],
)
def test_text_of_another_form_is_no_key(text: str) -> None:
    with pytest.raises(MalformedKey) as refusal:
        ResultKey.parse(text)

    assert refusal.value.message == (
        "a key has the form function_time_value: a Python name, 13 digits of UTC milliseconds and "
        "16 lower-case hexadecimal digits, as in add_1763683200000_0123456789abcdef"
    )


@given(st.text(max_size=60))
def test_whatever_parses_is_written_the_same_way(text: str) -> None:
    try:
        key = ResultKey.parse(text)
    except MalformedKey:
        return
    assert str(key) == text


def test_time_before_1970_makes_no_key() -> None:
    with pytest.raises(MalformedKey):
        ResultKey.make("add", datetime(1969, 12, 31, tzinfo=UTC), "0123456789abcdef")


@given(KEYS)
def test_address_knows_the_function_of_its_key(key: ResultKey) -> None:
    assert Address("team", str(key)).function == key.function


@given(FUNCTIONS)
def test_ascii_python_name_of_128_characters_names_a_function(name: str) -> None:
    assert check_function_name(name) == name


@pytest.mark.parametrize("name", ["", "1st", "a-b", "a b", "ä", "add\n", "a" * 129])
def test_anything_else_names_no_function(name: str) -> None:
    with pytest.raises(InvalidTask) as refusal:
        check_function_name(name)

    assert refusal.value.message == (
        "function must be the name of a top-level function: ASCII letters, digits and "
        "underscores, not starting with a digit, at most 128 characters"
    )


def test_name_of_a_method_is_answered_with_what_to_do() -> None:
    with pytest.raises(InvalidTask, match=r"add a top-level function that calls Total\.add$"):
        check_function_name("Total.add")


def test_hint_does_not_repeat_an_endless_name() -> None:
    with pytest.raises(InvalidTask, match=r"at most 128 characters$"):
        check_function_name("a." * 128 + "b")


def test_hint_repeats_a_name_that_a_person_can_have_written() -> None:
    with pytest.raises(InvalidTask, match=r"function that calls a\.a\."):
        check_function_name("a." * 128)


@pytest.mark.parametrize("name", ["", "a", "0", "team-a", "a--b", "a" * 63])
def test_lower_case_letters_digits_and_inner_hyphens_name_a_namespace(name: str) -> None:
    assert check_namespace(name) == name


@pytest.mark.parametrize("name", ["-a", "a-", "A", "a_b", "a:b", "a b", "a\n", "ä", "a" * 64])
def test_anything_else_names_no_namespace(name: str) -> None:
    with pytest.raises(InvalidTask, match=r"^a namespace is 1 to 63 .* hyphens, as in team-a$"):
        check_namespace(name)
