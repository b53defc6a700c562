from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from fleeting.domain.bounds import UNBOUNDED, Bounds
from fleeting.domain.isolation import Isolation
from fleeting.domain.limits import KIB, MIB, Limits


def test_result_lives_five_minutes_by_default() -> None:
    assert Limits().default_ttl == timedelta(seconds=300)


def test_defaults_are_those_of_the_reference() -> None:
    limits = Limits()

    assert (KIB, MIB) == (1024, 1_048_576)
    assert limits.max_source_bytes == 256 * KIB
    assert limits.max_parameters_bytes == limits.max_value_bytes == MIB
    assert limits.max_output_bytes == 64 * KIB
    assert limits.max_answer_bytes == 64 * MIB
    assert limits.max_batch == 1000
    assert (limits.default_timeout, limits.max_timeout) == (
        timedelta(minutes=1),
        timedelta(hours=1),
    )
    assert limits.max_ttl == timedelta(hours=24)
    assert (limits.default_attempts, limits.max_attempts) == (3, 10)
    assert limits.max_countdown == timedelta(days=7)
    assert (limits.default_memory_mb, limits.max_memory_mb) == (256, 2048)
    assert (limits.default_cpu, limits.max_cpu) == (timedelta(0), timedelta(hours=1))
    assert (limits.default_threads, limits.max_threads) == (0, 64)
    assert limits.max_scratch_mb == 64
    assert limits.queue_patience == limits.idempotency_window == timedelta(hours=24)


@pytest.mark.parametrize("given", [90, 90.0, "90", " 90.0 ", timedelta(seconds=90)])
def test_duration_is_a_number_of_seconds(given: object) -> None:
    limits = Limits.model_validate({"default_timeout_seconds": given})

    assert limits.default_timeout == timedelta(seconds=90)


@pytest.mark.parametrize("given", ["soon", "nan", "inf", "1e400", 1e300, float("inf"), "PT5M"])
def test_what_is_no_span_of_time_is_refused(given: object) -> None:
    with pytest.raises(ValidationError, match=r" must be a number of seconds, as in 60 or 0\.5 "):
        Limits.model_validate({"max_ttl_seconds": given})


@pytest.mark.parametrize("given", [None, [], {}])
def test_what_is_no_number_at_all_is_refused(given: object) -> None:
    with pytest.raises(ValidationError):
        Limits.model_validate({"max_ttl_seconds": given})


@pytest.mark.parametrize("seconds", [0, -1, 366 * 86400 + 1])
def test_duration_lies_between_nothing_and_a_year(seconds: float) -> None:
    with pytest.raises(ValidationError):
        Limits.model_validate({"max_ttl_seconds": seconds})


def test_duration_may_be_a_whole_year() -> None:
    assert Limits(max_ttl_seconds=timedelta(days=366)).max_ttl == timedelta(days=366)


MAY_BE_NONE = {
    "default_threads",
    "max_namespace_bytes",
    "max_namespace_tasks",
    "max_queued",
    "max_scratch_mb",
    "quarantine_losses",
}


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, field in Limits.model_fields.items()
        if type(field.default) is int and name not in MAY_BE_NONE
    ],
)
def test_count_is_at_least_one(name: str) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        Limits.model_validate({name: 0})
    least = {name.replace("max", "default"): 1} if "attempts" in name or "memory" in name else {}
    assert getattr(Limits.model_validate(least | {name: 1}), name) == 1


@pytest.mark.parametrize(
    ("default", "cap", "values"),
    [
        ("default_timeout", "max_timeout", (60, 30)),
        ("default_ttl", "max_ttl", (60, 30)),
        ("default_attempts", "max_attempts", (3, 2)),
        ("default_memory_mb", "max_memory_mb", (256, 255)),
        ("default_cpu", "max_cpu", (60, 30)),
        ("default_threads", "max_threads", (3, 2)),
    ],
)
def test_default_beyond_its_cap_is_refused_by_name(
    default: str, cap: str, values: tuple[int, int]
) -> None:
    """Else every task that asks for nothing would get more than any task may ask for."""
    given = dict(zip((default, cap), values, strict=True))

    with pytest.raises(ValidationError, match=f"{default} is .* and beyond {cap}, which is"):
        Limits.model_validate(given)


@pytest.mark.parametrize("name", ["timeout", "ttl"])
def test_default_may_be_the_cap(name: str) -> None:
    limits = Limits.model_validate({f"default_{name}": 60, f"max_{name}": 60})

    assert getattr(limits, f"default_{name}") == getattr(limits, f"max_{name}")


def test_unknown_limit_is_refused() -> None:
    with pytest.raises(ValidationError, match="max_tll"):
        Limits.model_validate({"max_tll": 5})


def test_limits_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Limits().max_batch = 2  # type: ignore[misc]


def test_source_is_kept_as_long_as_any_task_can_need_it() -> None:
    given: dict[str, Any] = {
        "max_countdown": 1000,
        "queue_patience": 200,
        "max_attempts": 3,
        "max_timeout": 60,
    }

    assert Limits.model_validate(given).source_keep == timedelta(seconds=1000 + 200 + 3 * 60)


@pytest.mark.parametrize("name", sorted(MAY_BE_NONE))
def test_nothing_is_a_limit_too(name: str) -> None:
    assert getattr(Limits.model_validate({name: 0}), name) == 0
    with pytest.raises(ValidationError):
        Limits.model_validate({name: -1})


def test_runs_are_bound_by_default_as_the_installation_says() -> None:
    assert Limits().default_bounds == UNBOUNDED
    limits = Limits(default_cpu_seconds=timedelta(seconds=5), default_threads=2)
    assert limits.default_bounds == Bounds(cpu_time=timedelta(seconds=5), threads=2)


def test_runs_may_connect_nowhere_and_share_by_default() -> None:
    assert Limits().network_rules == ()
    assert Limits().allow_reuse
    assert Limits().min_isolation is Isolation.NONE


def test_patterns_of_places_are_separated_by_commas() -> None:
    assert Limits(network="tcp:a:1, tcp:*.b:2").network_rules == ("tcp:a:1", "tcp:*.b:2")
    with pytest.raises(ValidationError, match="write tcp:host:port"):
        Limits(network="everything")
