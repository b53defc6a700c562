from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.errors import InvalidReference
from fleeting.domain.json_value import JsonValue, encode_parameters
from fleeting.domain.references import (
    MOST,
    LeaseReference,
    Reference,
    SecretReference,
    may_refer,
    references_in,
    with_values,
)

PASSWORD = SecretReference("kv/db", "password")
ROLE = LeaseReference("database/creds/app")

NAMES = st.text("ab$", max_size=3) | st.sampled_from(["$secret", "$lease", "$literal", "$result"])
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
PLAIN: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
REFERENCES = st.sampled_from([PASSWORD, SecretReference("kv/a/b", "c.d-e_f"), ROLE])


def spelled(reference: Reference) -> JsonValue:
    """A reference as it stands in parameters."""
    name = "$lease" if isinstance(reference, LeaseReference) else "$secret"
    return {name: str(reference)}


@st.composite
def templates(draw: st.DrawFn) -> tuple[Any, Any, set[Reference]]:
    """Parameters with references and literals in them, what they become, and the references."""
    used: set[Reference] = set()

    def made(depth: int) -> tuple[Any, Any]:
        kind = draw(st.sampled_from(["plain", "list", "object", "reference", "literal"]))
        if depth == 0 or kind == "plain":
            value = draw(PLAIN)
            return value, value
        if kind == "reference":
            reference = draw(REFERENCES)
            used.add(reference)
            return spelled(reference), f"value of {reference}"
        if kind == "literal":
            value = draw(ANYTHING)
            return {"$literal": value}, value
        pairs = [made(depth - 1) for _ in range(draw(st.integers(0, 3)))]
        if kind == "list":
            return [one for one, _ in pairs], [other for _, other in pairs]
        names = [f"n{number}" for number in range(len(pairs))]
        first, second = zip(*pairs, strict=True) if pairs else ((), ())
        return dict(zip(names, first, strict=True)), dict(zip(names, second, strict=True))

    template, becomes = made(3)
    return template, becomes, used


@given(templates())
def test_values_stand_where_references_stood_and_all_else_is_as_it_was(
    case: tuple[Any, Any, set[Reference]],
) -> None:
    template, becomes, used = case
    before = json.dumps(template)

    found = references_in([template], {"name": template})
    values: dict[Reference, JsonValue] = {one: f"value of {one}" for one in found}

    assert found.keys() == used
    assert with_values([template], {"name": template}, values) == ([becomes], {"name": becomes})
    assert json.dumps(template) == before


@given(ANYTHING)
def test_what_may_not_refer_has_nothing_to_replace(value: Any) -> None:
    if not may_refer(encode_parameters([value], {})):
        assert references_in([value], {}) == {}
        assert with_values([value], {}, {}) == ([value], {})


@given(ANYTHING)
def test_anything_can_be_passed_as_it_is(value: Any) -> None:
    assert references_in([{"$literal": value}], {}) == {}
    assert with_values([{"$literal": value}], {}, {}) == ([value], {})


def test_a_reference_is_known_with_the_first_place_where_it_stands() -> None:
    args = [1, {"rows": [spelled(PASSWORD), spelled(ROLE)]}]

    found = references_in(args, {"db": {"password": spelled(PASSWORD)}})

    assert found == {PASSWORD: "$.args[1].rows[0]", ROLE: "$.args[1].rows[1]"}
    assert list(map(str, found)) == ["kv/db#password", "database/creds/app"]


def test_a_parameter_may_have_the_name_of_a_reference() -> None:
    kwargs: dict[str, JsonValue] = {"$secret": "x", "$lease": spelled(ROLE)}

    assert references_in([], kwargs) == {ROLE: '$.kwargs["$lease"]'}
    assert with_values([], kwargs, {ROLE: 1}) == ([], {"$secret": "x", "$lease": 1})


@pytest.mark.parametrize(
    "text",
    [
        "kv/db",
        "kv/db#",
        "#password",
        "kv/db#a#b",
        "kv//db#a",
        "/kv/db#a",
        "kv/db/#a",
        "kv/../db#a",
        "kv/db/..#a",
        "./db#a",
        "kv/*#a",
        "kv/d b#a",
        "kv/db%2f#a",
        "kv\\db#a",
        "kv/db?#a",
        "kv/dä#a",
        "kv/db#a\n",
        "kv/db#..",
        "kv/db#ä",
        "k" * 513 + "#a",
        "",
        None,
        7,
        ["kv/db#password"],
        {"$secret": "kv/db#password"},
    ],
)
def test_a_malformed_reference_is_refused_with_its_place_and_the_way_to_write_it(
    text: JsonValue,
) -> None:
    with pytest.raises(InvalidReference, match=r"^\$\.kwargs\.db\.password: not of the form") as e:
        references_in([], {"db": {"password": {"$secret": text}}})

    assert '{"$secret": "kv/path#field"}' in e.value.message


@pytest.mark.parametrize("text", ["database/creds/app#password", "", "a//b", 5, "../a"])
def test_a_malformed_lease_is_refused(text: JsonValue) -> None:
    with pytest.raises(InvalidReference, match=r'^\$\.args\[0\]: .*"database/creds/role"'):
        references_in([{"$lease": text}], {})


@pytest.mark.parametrize("text", ["a/b.c#.d", "a/b#..d", "user@host/1=2+3#a-b_c~:9"])
def test_dots_and_signs_may_stand_in_names(text: str) -> None:
    assert list(map(str, references_in([{"$secret": text}], {}))) == [text]


@pytest.mark.parametrize("name", ["$secret", "$lease", "$literal"])
def test_a_reference_has_no_other_name_beside_it(name: str) -> None:
    with pytest.raises(InvalidReference, match=r"^\$\.args\[0\]: .* has that name alone"):
        references_in([{name: "kv/db#password", "other": 1}], {})


def test_no_error_shows_what_was_meant_as_a_reference() -> None:
    """Somebody may have written the secret itself there."""
    with pytest.raises(InvalidReference) as error:
        references_in([{"$secret": "hunter2"}, {"$lease": "hunter2", "and": "hunter2"}], {})

    assert "hunter2" not in error.value.message


def test_all_malformed_references_are_named_up_to_a_few() -> None:
    with pytest.raises(InvalidReference) as error:
        references_in([{"$secret": None}] * 7, {})

    assert error.value.message.count("not of the form") == 5
    assert error.value.message.endswith("; and 2 more")


def test_a_task_names_so_many_references_and_no_more() -> None:
    many: list[JsonValue] = [{"$secret": f"kv/db#f{number}"} for number in range(MOST)]

    assert len(references_in(many * 2, {})) == MOST
    with pytest.raises(InvalidReference, match=f"{MOST} different references at most"):
        references_in([*many, {"$secret": "kv/db#more"}], {})
