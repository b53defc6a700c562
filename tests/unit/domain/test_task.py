from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from fleeting.domain.bounds import UNBOUNDED, Bounds
from fleeting.domain.errors import InvalidTask
from fleeting.domain.isolation import Isolation
from fleeting.domain.limits import MIB, Limits
from fleeting.domain.task import TaskRequest, allow, describe

from .make import DIGEST, KEY, NOW, SOURCE, a_request, a_task


def refusal(**changes: Any) -> str:
    """What is said to a request with these options."""
    with pytest.raises(InvalidTask) as error:
        a_request(**changes)
    return error.value.message


def test_request_needs_a_function_and_a_source_alone() -> None:
    request = TaskRequest.read({"source": SOURCE, "function": "add"})

    assert request.args == []
    assert request.kwargs == {}
    assert request.retry_on == ("worker_lost",)
    assert request.countdown_seconds == 0
    assert request.labels == {}
    assert request.source_digest is request.isolation is request.idempotency_key is None
    assert request.timeout_seconds is request.ttl_seconds is None
    assert request.max_attempts is request.memory_mb is None


def test_request_takes_a_digest_in_place_of_a_source() -> None:
    assert TaskRequest.read({"source_digest": DIGEST, "function": "add"}).source is None


def test_request_takes_every_option_of_the_contract() -> None:
    request = a_request(
        kwargs={"b": None},
        timeout_seconds=0.5,
        ttl_seconds=60,
        max_attempts=2,
        retry_on=["raised", "timed_out", "memory", "died", "worker_lost"],
        isolation="process",
        memory_mb=64,
        countdown_seconds=1.5,
        idempotency_key="order-7",
        labels={"team": "blue"},
    )

    assert request.isolation is Isolation.PROCESS
    assert request.labels == {"team": "blue"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source_digest": DIGEST}, "task: give either source or source_digest"),
        ({"source": None}, "task: give either source or source_digest"),
        ({"function": None}, "function: input should be a valid string"),
        ({"source": None, "source_digest": "D" * 64}, "source_digest: string should match"),
        ({"source": None, "source_digest": "d" * 63}, "source_digest: string should match"),
        ({"args": {"a": 1}}, "args: input should be a valid list"),
        ({"args": [object()]}, "args.0: input was not a valid JSON value"),
        ({"kwargs": [1]}, "kwargs: input should be a valid dictionary"),
        ({"kwargs": {1: 2}}, "kwargs.1.[key]: input should be a valid string"),
        ({"timeout_seconds": 0}, "timeout_seconds: input should be greater than or equal to 0.001"),
        ({"timeout_seconds": float("inf")}, "timeout_seconds: input should be a finite number"),
        ({"ttl_seconds": 0.0009}, "ttl_seconds: input should be greater than or equal to 0.001"),
        ({"ttl_seconds": float("nan")}, "ttl_seconds: input should be"),
        ({"max_attempts": 0}, "max_attempts: input should be greater than or equal to 1"),
        ({"max_attempts": 1.5}, "max_attempts: input should be a valid integer"),
        ({"memory_mb": 0}, "memory_mb: input should be greater than or equal to 1"),
        ({"countdown_seconds": -1}, "countdown_seconds: input should be greater than or equal to"),
        ({"countdown_seconds": float("nan")}, "countdown_seconds: input should be"),
        ({"retry_on": ["always"]}, "retry_on.0: input should be 'worker_lost', 'raised'"),
        ({"isolation": "total"}, "isolation: input should be 'none', 'process'"),
        ({"idempotency_key": ""}, "idempotency_key: string should have at least 1 character"),
        ({"idempotency_key": "\ud800"}, "idempotency_key: input should be a valid string"),
        ({"labels": {"a": "\ud800"}}, "labels.a: input should be a valid string"),
        ({"idempotency_key": "k" * 257}, "idempotency_key: string should have at most 256"),
        ({"labels": {"a b": ""}}, "labels.a b.[key]: string should match pattern"),
        ({"labels": {"a\n": ""}}, "string should match pattern"),
        ({"labels": {"a" * 65: ""}}, "string should match pattern"),
        ({"labels": {"a": "b" * 257}}, "labels.a: string should have at most 256 characters"),
        ({"labels": {str(n): "" for n in range(17)}}, "labels: dictionary should have at most 16"),
        ({"tll_seconds": 5}, "tll_seconds: no such option"),
    ],
)
def test_wrong_field_is_named_with_what_is_wrong(changes: dict[str, Any], words: str) -> None:
    assert words in refusal(**changes)


def test_every_wrong_field_is_named() -> None:
    message = refusal(max_attempts=0, memory_mb=0)

    assert message.split("; ")[0].startswith("max_attempts: ")
    assert message.split("; ")[1].startswith("memory_mb: ")


def test_refusal_holds_no_payload() -> None:
    secret = "hunter2"

    assert secret not in refusal(args=secret, max_attempts=secret, labels={"a": secret * 40})


@pytest.mark.parametrize("name", ["a", "A.b-c_9", "a" * 64])
def test_label_has_a_short_plain_name(name: str) -> None:
    assert a_request(labels={name: "b" * 256}).labels == {name: "b" * 256}


def test_sixteen_labels_are_taken() -> None:
    assert len(a_request(labels={str(n): "" for n in range(16)}).labels) == 16


def test_endlessly_nested_parameters_are_refused() -> None:
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]

    assert "args" in refusal(args=deep)


def test_task_that_asks_for_nothing_gets_the_defaults() -> None:
    limits = Limits()
    task = a_task()

    assert (task.timeout, task.ttl) == (limits.default_timeout, limits.default_ttl)
    assert (task.max_attempts, task.memory_bytes) == (3, 256 * MIB)
    assert task.countdown == timedelta(0)
    assert task.isolation is None
    assert task.retry_on == ("worker_lost",)


def test_task_gets_what_it_asks_for() -> None:
    task = a_task(
        kwargs={"b": 2},
        timeout_seconds=2.5,
        ttl_seconds=7,
        max_attempts=4,
        retry_on=["raised", "died"],
        isolation="process",
        memory_mb=64,
        countdown_seconds=90,
        labels={"team": "blue"},
    )

    assert (task.args, task.kwargs) == ([1, 2], {"b": 2})
    assert (task.timeout, task.ttl) == (timedelta(seconds=2.5), timedelta(seconds=7))
    assert (task.max_attempts, task.memory_bytes) == (4, 64 * MIB)
    assert task.retry_on == ("raised", "died")
    assert task.isolation is Isolation.PROCESS
    assert task.countdown == timedelta(seconds=90)
    assert task.labels == {"team": "blue"}


def test_task_is_named_by_its_key() -> None:
    task = a_task()

    assert (task.key, task.submitted_at) == (str(KEY), NOW)
    assert (task.namespace, task.function) == ("", "add")
    assert (task.source, task.source_digest) == (SOURCE, DIGEST)


def test_deadline_leaves_time_for_countdown_queue_and_every_attempt() -> None:
    task = a_task(
        limits=Limits(queue_patience_seconds=timedelta(seconds=1000)),
        countdown_seconds=200,
        timeout_seconds=30,
        max_attempts=2,
    )

    assert task.deadline == NOW + timedelta(seconds=200 + 1000 + 2 * 30)


@pytest.mark.parametrize(
    ("option", "cap", "name"),
    [
        ("timeout_seconds", 3600, "timeout_seconds is at most 3600 on"),
        ("ttl_seconds", 86_400, "ttl_seconds is at most 86400 on"),
        ("countdown_seconds", 604_800, "countdown_seconds is at most 604800 on"),
        ("max_attempts", 10, "max_attempts is at most 10 on"),
        ("memory_mb", 2048, "memory_mb is at most 2048 on"),
        ("cpu_seconds", 3600, "cpu_seconds is at most 3600 on"),
        ("threads", 64, "threads is at most 64 on"),
        ("scratch_mb", 64, "scratch_mb is at most 64 on"),
    ],
)
def test_option_is_taken_up_to_its_cap_and_refused_beyond(option: str, cap: int, name: str) -> None:
    assert allow(a_request(**{option: cap}), Limits())

    with pytest.raises(InvalidTask, match=name):
        allow(a_request(**{option: cap + 1}), Limits())


def test_bounds_come_from_the_options() -> None:
    task = a_task(
        limits=Limits(network="tcp:*.example.com:443"),
        cpu_seconds=1.5,
        threads=3,
        scratch_mb=2,
        network=["tcp:API.example.com:443"],
        mode="fresh",
    )

    assert task.bounds == Bounds(
        cpu_time=timedelta(seconds=1.5),
        threads=3,
        scratch_bytes=2 * MIB,
        network=("tcp:api.example.com:443",),
    )
    assert task.mode == "fresh"


def test_task_that_asks_for_no_bounds_has_none() -> None:
    assert (a_task().bounds, a_task().mode) == (UNBOUNDED, None)


def test_bounds_of_the_installation_hold_where_a_task_asks_for_none() -> None:
    limits = Limits(default_cpu_seconds=timedelta(seconds=7), default_threads=2)

    assert a_task(limits=limits).bounds == Bounds(cpu_time=timedelta(seconds=7), threads=2)
    assert a_task(limits=limits, cpu_seconds=1, threads=1).bounds == Bounds(
        cpu_time=timedelta(seconds=1), threads=1
    )


def test_no_run_may_connect_anywhere_by_default() -> None:
    with pytest.raises(InvalidTask, match=r"connect to tcp:a:1: .* FLEETING_LIMITS__NETWORK"):
        allow(a_request(network=["tcp:a:1"]), Limits())


def test_each_place_to_connect_to_must_be_allowed() -> None:
    with pytest.raises(InvalidTask, match="connect to tcp:b:1"):
        allow(a_request(network=["tcp:a:1", "tcp:b:1"]), Limits(network="tcp:a:1"))


def test_kept_process_may_be_asked_for_where_the_installation_allows_it() -> None:
    assert a_task(mode="reuse").mode == "reuse"

    with pytest.raises(InvalidTask, match="mode reuse is not allowed on this installation: leave"):
        allow(a_request(mode="reuse"), Limits(allow_reuse=False))
    assert allow(a_request(mode="fresh"), Limits(allow_reuse=False))


def test_kept_process_does_not_go_with_bounds_of_one_run() -> None:
    with pytest.raises(InvalidTask, match="mode reuse does not go with threads"):
        allow(a_request(mode="reuse", threads=2), Limits())


def test_cap_is_written_in_full() -> None:
    limits = Limits(max_countdown_seconds=timedelta(days=100))

    with pytest.raises(InvalidTask, match="at most 8640000 on this installation: ask for less"):
        allow(a_request(countdown_seconds=1e7), limits)


def test_task_cannot_be_accepted_for_a_name_that_is_none() -> None:
    with pytest.raises(InvalidTask, match="top-level function"):
        a_task(function="Total.add")


@given(
    st.floats(0.001, 3600),
    st.floats(0.001, 86_400),
    st.floats(0, 604_800),
    st.integers(1, 10),
    st.integers(1, 2048),
)
def test_whatever_is_allowed_is_within_every_cap(
    timeout: float, ttl: float, countdown: float, attempts: int, memory: int
) -> None:
    limits = Limits()
    task = a_task(
        timeout_seconds=timeout,
        ttl_seconds=ttl,
        countdown_seconds=countdown,
        max_attempts=attempts,
        memory_mb=memory,
    )

    assert timedelta(0) < task.timeout <= limits.max_timeout
    assert timedelta(0) < task.ttl <= limits.max_ttl
    assert task.submitted_at + task.countdown + attempts * task.timeout < task.deadline
    assert task.deadline - task.submitted_at <= limits.source_keep


class Strict(BaseModel):
    """A model of the test's own, to see how errors of each kind are described."""

    model_config = ConfigDict(extra="forbid")

    number: int = 0

    @field_validator("number")
    @classmethod
    def _even(cls, number: int) -> int:
        if number % 2:
            raise ValueError("Must be even")
        return number


def described(data: object) -> str:
    with pytest.raises(ValidationError) as error:
        Strict.model_validate(data)
    return describe(error.value)


def test_validators_own_words_are_used_as_they_are() -> None:
    assert described({"number": 1}) == "number: must be even"


def test_error_of_the_whole_is_one_of_the_task() -> None:
    assert described(5) == "task: input should be a valid dictionary or instance of Strict"


def test_unknown_field_is_called_so() -> None:
    assert described({"numbr": 2}) == "numbr: no such option"
