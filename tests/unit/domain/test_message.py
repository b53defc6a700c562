from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.errors import MalformedMessage
from fleeting.domain.limits import MIB, Limits
from fleeting.domain.message import decode, encode, malformed
from fleeting.domain.result_key import Address, ResultKey
from fleeting.domain.source import digest
from fleeting.domain.task import Task, TaskRequest, accept

from .make import DIGEST, KEY, NOW, SOURCE, a_task

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
REQUESTS = st.fixed_dictionaries(
    {
        "source": st.just(SOURCE),
        "function": st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True),
        "args": st.lists(JSON, max_size=3),
        "kwargs": st.dictionaries(st.text(), JSON, max_size=3),
        "timeout_seconds": st.none() | st.floats(0.001, 3600),
        "ttl_seconds": st.none() | st.floats(0.001, 86_400),
        "max_attempts": st.none() | st.integers(1, 10),
        "retry_on": st.lists(
            st.sampled_from(["worker_lost", "raised", "timed_out", "memory", "cpu", "died"]),
            max_size=3,
        ),
        "isolation": st.sampled_from([None, "none", "process", "confined", "isolated"]),
        "memory_mb": st.none() | st.integers(1, 2048),
        "cpu_seconds": st.none() | st.floats(0.001, 3600),
        "threads": st.none() | st.integers(1, 64),
        "scratch_mb": st.none() | st.integers(1, 64),
        "mode": st.sampled_from([None, "fresh"]),
        "countdown_seconds": st.floats(0, 604_800),
        "labels": st.dictionaries(
            st.from_regex(r"[A-Za-z0-9_.-]{1,9}", fullmatch=True), st.text(max_size=9), max_size=3
        ),
    }
)


def a_message(**changes: Any) -> dict[str, Any]:
    """The least that a client in another language sends."""
    return {"key": str(KEY), "source": SOURCE, "function": "add"} | changes


def read(message: dict[str, Any], **limits: Any) -> Task:
    return decode(message, limits=Limits(**limits))


def refusal(message: dict[str, Any], **limits: Any) -> str:
    with pytest.raises(MalformedMessage) as error:
        read(message, **limits)
    assert error.value.message.startswith("not a message for fleeting.run: ")
    return error.value.message


@given(REQUESTS, st.sampled_from(["", "team-a"]), st.text(max_size=256))
def test_message_carries_the_whole_task(
    facts: dict[str, Any], namespace: str, principal: str
) -> None:
    """Through JSON, as the queue carries it."""
    request = TaskRequest.read(facts)
    key = ResultKey.make(request.function, NOW, "0123456789abcdef")
    task = accept(
        request,
        key=key,
        namespace=namespace,
        source_digest=digest(SOURCE),
        limits=Limits(),
        principal=principal,
    )

    wire = json.loads(json.dumps(encode(task, inline_bytes=1024)))

    assert decode(wire, limits=Limits()) == task


def test_namespace_may_stand_beside_the_key() -> None:
    """Where what else is said is sealed."""
    error = malformed({"key": str(KEY), "namespace": "team-a", "call": "{}"}, "no")

    assert error.address == Address("team-a", str(KEY))


def test_long_source_travels_by_its_digest() -> None:
    task = a_task()

    message = encode(task, inline_bytes=len(SOURCE) - 1)

    assert message["source_digest"] == DIGEST
    assert "source" not in message
    assert read(message) == replace(task, source=None)


def test_short_source_travels_in_the_message() -> None:
    message = encode(a_task(), inline_bytes=len(SOURCE))

    assert message["source"] == SOURCE
    assert "source_digest" not in message


def test_length_of_a_source_is_counted_in_bytes() -> None:
    task = a_task(source="# ä")

    assert "source" not in encode(task, inline_bytes=3)
    assert "source" in encode(task, inline_bytes=4)


def test_source_that_is_not_at_hand_travels_by_its_digest() -> None:
    task = replace(a_task(), source=None)

    assert encode(task, inline_bytes=1024)["source_digest"] == DIGEST


def test_message_is_laid_out_as_documented() -> None:
    task = a_task(kwargs={"b": 1}, retry_on=["raised"], isolation="process", labels={"a": "b"})

    assert encode(task, inline_bytes=1024) == {
        "key": str(KEY),
        "source": SOURCE,
        "function": "add",
        "args": [1, 2],
        "kwargs": {"b": 1},
        "options": {
            "timeout_seconds": 60.0,
            "ttl_seconds": 300.0,
            "max_attempts": 3,
            "retry_on": ["raised"],
            "isolation": "process",
            "memory_mb": 256,
            "labels": {"a": "b"},
            "deadline": "2026-11-21T12:03:00Z",
        },
    }


def test_bounds_travel() -> None:
    limits = {"network": "tcp:*:443"}
    task = a_task(
        limits=Limits(**limits),
        cpu_seconds=2.5,
        threads=3,
        scratch_mb=4,
        network=["tcp:a:443"],
        mode="fresh",
    )

    told = read(encode(task, inline_bytes=1024), **limits)

    assert (told.bounds, told.mode) == (task.bounds, task.mode)


def test_worker_refuses_what_its_own_policy_does_not_allow() -> None:
    """Whoever can write to the queue need not have asked the API."""
    assert "allows no run to connect to tcp:a:443" in refusal(
        a_message(options={"network": ["tcp:a:443"]})
    )
    assert "mode reuse is not allowed" in refusal(
        a_message(options={"mode": "reuse"}), allow_reuse=False
    )


def test_what_a_message_leaves_out_gets_the_defaults_of_the_worker() -> None:
    task = read(a_message())

    assert task == replace(a_task(args=[]), source_digest=digest(SOURCE))


@pytest.mark.parametrize("source", ["", SOURCE])
def test_source_of_a_message_is_known_by_its_digest(source: str) -> None:
    assert read(a_message(source=source)).source_digest == digest(source)


def test_namespace_of_a_message_is_that_of_the_task() -> None:
    assert read(a_message(options={"namespace": "team-a"})).namespace == "team-a"


def test_earlier_deadline_of_a_message_counts() -> None:
    task = read(a_message(options={"deadline": "2026-11-20T13:00:00+01:00"}))

    assert task.deadline == datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_later_deadline_of_a_message_does_not_count() -> None:
    """Else a message could keep its record for ever."""
    task = read(a_message(options={"deadline": "2199-01-01T00:00:00Z"}))

    assert task.deadline == a_task().deadline


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key": "add"}, "a key has the form function_time_value"),
        ({"key": None}, "key: input should be a valid string"),
        ({"function": "sub"}, ": key: does not begin with the function's name"),
        ({"source": None}, "task: give either source or source_digest"),
        ({"source_digest": DIGEST}, "task: give either source or source_digest"),
        ({"source": None, "source_digest": "abc"}, "source_digest: string should match"),
        ({"args": "12"}, "args: input should be a valid list"),
        ({"kwargs": {"a": float("nan")}}, "kwargs"),
        ({"args": ["\ud800"]}, "args"),
        ({"prioriy": 1}, "prioriy: no such option"),
        ({"options": {"prioriy": 1}}, "options.prioriy: no such option"),
        ({"options": {"principal": "a" * 257}}, "options.principal: string should have at most"),
        ({"options": {"namespace": "A"}}, "a namespace is 1 to 63 lower-case"),
        ({"options": {"timeout_seconds": 3601}}, "timeout_seconds is at most 3600"),
        ({"options": {"timeout_seconds": "nan"}}, "timeout_seconds: input should be"),
        ({"options": {"max_attempts": 0}}, "max_attempts: input should be greater than or equal"),
        ({"options": {"deadline": "2026-11-20T13:00:00"}}, "options.deadline: input should have"),
        ({"options": {"deadline": "soon"}}, "options.deadline: input should be a valid datetime"),
        ({"options": {"labels": {"a b": ""}}}, "labels.a b.[key]: string should match"),
        ({"options": None}, "options: input should be"),
    ],
)
def test_message_off_the_format_is_refused_by_field(changes: dict[str, Any], words: str) -> None:
    assert words in refusal(a_message(**changes))


@pytest.mark.parametrize("message", [{}, {"garbage": 1}, {"key": {"a": []}}])
def test_garbage_is_refused(message: dict[str, Any]) -> None:
    assert "source: " not in refusal(message)
    assert "function: field required" in refusal(message)


def test_caps_of_the_worker_hold_for_messages_too() -> None:
    """Whoever can write to the queue did not pass the API's checks."""
    assert "longer than 9 bytes" in refusal(a_message(), max_source_bytes=9)
    assert "of JSON, the limit is 20" in refusal(a_message(args=[1]), max_parameters_bytes=20)


def test_refusal_holds_no_payload() -> None:
    secret = "hunter2"

    assert secret not in refusal(a_message(args=secret, source=[secret], options=secret))


def test_memory_is_counted_in_mebibytes() -> None:
    assert read(a_message(options={"memory_mb": 3})).memory_bytes == 3 * MIB


def test_times_of_a_message_are_counted_in_seconds() -> None:
    options = {"timeout_seconds": 1.5, "ttl_seconds": 2.5, "countdown_seconds": 3.5}

    task = read(a_message(options=options))

    assert (task.timeout, task.ttl, task.countdown) == (
        timedelta(seconds=1.5),
        timedelta(seconds=2.5),
        timedelta(seconds=3.5),
    )


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({"args": 5}, Address("", str(KEY))),
        ({"function": "other"}, Address("", str(KEY))),
        ({"args": 5, "options": {"namespace": "team-a"}}, Address("team-a", str(KEY))),
        ({"args": 5, "options": {"namespace": "no good"}}, None),
        ({"args": 5, "options": {"namespace": 5}}, None),
        ({"options": 5}, Address("", str(KEY))),
        ({"key": "add"}, None),
        ({"key": 5}, None),
    ],
)
def test_a_malformed_message_says_whose_it_is_if_that_can_be_read(
    changes: dict[str, Any], address: Address | None
) -> None:
    with pytest.raises(MalformedMessage) as error:
        read(a_message(**changes))

    assert error.value.address == address
