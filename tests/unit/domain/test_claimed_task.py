"""Where a refusal is noted: wherever a copy of the key that is still whole points to."""

from __future__ import annotations

import json

from fleeting.domain.claimed_task import claimed_in_call, claimed_in_text
from fleeting.domain.result_key import Address

KEY, OTHER = "add_1763683200000_0123456789abcdef", "add_1763683200000_0123456789abcdee"


def call(key: str) -> str:
    return json.dumps({"key": key, "args": [1]})


def statement(namespace: str) -> str:
    return json.dumps({"options": {"namespace": namespace} if namespace else {}})


def test_one_that_says_it_twice_is_one() -> None:
    message = {"key": KEY, "call": call(KEY), "namespace": "a", "statement": statement("a")}

    assert claimed_in_call(message) == (Address("a", KEY),)


def test_all_that_it_may_be_count() -> None:
    message = {"key": OTHER, "call": call(KEY), "namespace": "a", "statement": statement("b")}

    assert set(claimed_in_call(message)) == {
        Address(namespace, key) for namespace in "ab" for key in (KEY, OTHER)
    }


def test_what_cannot_be_read_does_not_count() -> None:
    broken = [
        {"key": KEY},
        {"key": KEY, "call": 7, "statement": "no JSON", "namespace": 7},
        {"key": KEY, "call": "[]", "statement": '{"options": 7}', "namespace": "A"},
        {"key": "no key", "call": call(KEY), "statement": statement("")},
        {"call": call(KEY), "statement": '{"options": {"namespace": 7}}'},
    ]

    assert {claimed_in_call(message) for message in broken} == {(Address("", KEY),)}


def test_a_message_that_names_nobody_claims_nothing() -> None:
    assert claimed_in_call({"call": "{}"}) == claimed_in_text("garbage") == ()


def test_keys_are_found_however_deep_they_lie() -> None:
    inner = json.dumps({"key": KEY, "options": {"namespace": "team-a"}})
    deep = json.dumps({"body": json.dumps([[], {"calls": [{"key": OTHER}, {"call": inner}]}])})

    assert claimed_in_text(deep[:-3]) == (Address("team-a", OTHER), Address("team-a", KEY))


def test_a_text_that_looks_like_a_key_is_none_where_no_key_stands() -> None:
    assert claimed_in_text(json.dumps({"args": [KEY], "kwargs": {"of": KEY}})) == ()
