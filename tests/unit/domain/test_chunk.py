"""Many calls in one message, and the same calls in messages of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.chunk import CALLS, calls_in, encode_calls, likeness, with_calls
from fleeting.domain.errors import MalformedMessage
from fleeting.domain.limits import Limits
from fleeting.domain.message import decode, encode
from fleeting.domain.message_reader import MessageReader
from fleeting.testing.task_queue import sample_task

INLINE = 1024

_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@st.composite
def _tasks(draw):
    numbers = draw(st.lists(st.integers(0, 50), min_size=1, max_size=8, unique=True))
    return [
        replace(
            sample_task(number),
            args=draw(st.lists(_json, max_size=2)),
            kwargs=draw(st.dictionaries(st.text(max_size=3), _json, max_size=2)),
            deadline=sample_task(draw(st.integers(0, 2))).deadline,
        )
        for number in numbers
    ]


@given(_tasks(), st.sampled_from([0, INLINE]))
def test_calls_of_a_chunk_are_the_messages_that_each_would_have_had(tasks, inline):
    chunk = encode_calls(tasks, inline_bytes=inline)

    found = [decode(call, limits=Limits()) for call in calls_in(chunk)]

    alone = [encode(task, inline_bytes=inline) for task in tasks]
    assert found == [decode(message, limits=Limits()) for message in alone]


@given(_tasks())
def test_reader_with_a_memory_finds_the_same_calls(tasks):
    calls = calls_in(encode_calls(tasks, inline_bytes=INLINE))
    read = MessageReader(Limits())

    assert [read(call) for call in calls] == [decode(call, limits=Limits()) for call in calls]


@given(_tasks(), st.integers(0, 8))
def test_a_chunk_in_two_parts_holds_the_same_calls(tasks, at):
    chunk = encode_calls([*tasks, sample_task(51), sample_task(52)], inline_bytes=INLINE)
    at = min(max(at, 1), len(tasks) + 1)

    parts = [with_calls(chunk, part) for part in (chunk[CALLS][:at], chunk[CALLS][at:])]

    assert [call for part in parts for call in calls_in(part)] == calls_in(chunk)


def test_one_wrong_call_leaves_the_others_alone():
    chunk = encode_calls([sample_task(0), sample_task(1)], inline_bytes=INLINE)
    chunk[CALLS].insert(1, {"key": "no key", "args": [1]})

    first, wrong, last = calls_in(chunk)

    assert decode(first, limits=Limits()).args == [0]
    assert decode(last, limits=Limits()).args == [1]
    with pytest.raises(MalformedMessage):
        decode(wrong, limits=Limits())


@pytest.mark.parametrize(
    "calls",
    [None, "text", {}, [], [1], [{"key": "a"}, None], [{"calls": []}], [{}] * 1001],
    ids=["missing", "text", "object", "empty", "number", "null", "nested", "too many"],
)
def test_what_is_no_list_of_calls_is_refused(calls):
    with pytest.raises(MalformedMessage, match="calls: not"):
        calls_in({"function": "add", CALLS: calls})


def test_deadline_without_options_to_put_it_into_is_the_decoders_to_refuse():
    [call] = calls_in({"options": 5, CALLS: [{"deadline": "2026-01-01T00:00:00Z"}]})

    with pytest.raises(MalformedMessage):
        decode(call, limits=Limits())


@pytest.mark.parametrize(
    "change",
    [
        {"function": "sub"},
        {"source_digest": "0" * 64},
        {"namespace": "b"},
        {"timeout": timedelta(seconds=8)},
        {"ttl": timedelta(seconds=8)},
        {"max_attempts": 9},
        {"retry_on": ()},
        {"isolation": None},
        {"memory_bytes": 9},
        {"mode": "fresh"},
        {"countdown": timedelta(seconds=8)},
        {"labels": {"team": "red"}},
        {"principal": "ann"},
    ],
    ids=str,
)
def test_calls_with_different_options_are_not_alike(change):
    assert likeness(replace(sample_task(), **change)) != likeness(sample_task())


def test_calls_that_differ_by_parameters_are_alike():
    assert likeness(sample_task(1)) == likeness(sample_task(2))
