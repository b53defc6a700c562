from __future__ import annotations

import pytest

from fleeting.domain.caps import check_parameters, check_source_size
from fleeting.domain.errors import ParametersNotJson, ParametersTooLarge, SourceTooLarge
from fleeting.domain.limits import Limits

TEN = Limits(max_source_bytes=10, max_parameters_bytes=len('{"args":["ä"],"kwargs":{}}') + 1)


@pytest.mark.parametrize("source", ["", "x" * 10, "ä" * 5, "\ud800" * 3])
def test_source_up_to_the_cap_in_utf8_is_taken(source: str) -> None:
    check_source_size(source, TEN)


@pytest.mark.parametrize("source", ["x" * 11, "ä" * 5 + "x", "ä" * 10, "\ud800" * 4])
def test_source_beyond_the_cap_is_refused_with_the_cap(source: str) -> None:
    with pytest.raises(
        SourceTooLarge, match=r"^the source is longer than 10 bytes: split .* into parameters$"
    ):
        check_source_size(source, TEN)


def test_parameters_up_to_the_cap_in_utf8_are_taken() -> None:
    check_parameters(["ä"], {}, TEN)


def test_parameters_beyond_the_cap_are_refused_with_both_sizes() -> None:
    with pytest.raises(ParametersTooLarge, match="are 28 bytes of JSON, the limit is 27"):
        check_parameters(["äx"], {}, TEN)


def test_keyword_parameters_count_too() -> None:
    with pytest.raises(ParametersTooLarge):
        check_parameters([], {"name": 1}, TEN)


def test_parameters_must_be_strict_json() -> None:
    with pytest.raises(ParametersNotJson):
        check_parameters([float("nan")], {}, Limits())


@pytest.mark.parametrize("name", ["$secret", "$lease", "$literal"])
def test_parameters_that_may_hold_a_reference_are_told(name: str) -> None:
    assert check_parameters([[{name: 1}]], {}, Limits())
    assert check_parameters([], {"a": {name: 1}}, Limits())
    assert not check_parameters(["a " + name, "secret", 1.5], {"lease": "5 $"}, Limits())
