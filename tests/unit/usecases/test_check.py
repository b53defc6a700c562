from __future__ import annotations

import asyncio
import warnings
from typing import Any

import pytest

from fleeting.domain import errors as e
from fleeting.domain.isolation import Isolation
from fleeting.domain.source import digest

from .make import SOURCE, Installation, a_request

DIGEST = digest(SOURCE)
OTHER = "def other():\n    return 1\n"


@pytest.fixture
def home() -> Installation:
    return Installation(max_source_bytes=300, max_parameters_bytes=100)


async def problems(home: Installation, **changes: Any) -> list[str]:
    finding = await home.check(a_request(**changes))
    return [problem.code for problem in finding.problems]


async def stored(home: Installation) -> str | None:
    return home.sources.get(DIGEST)


async def test_sound_request_has_no_problems(home: Installation) -> None:
    finding = await home.check(a_request())

    assert (finding.source_digest, finding.problems) == (DIGEST, ())


async def test_dry_run_stores_nothing(home: Installation) -> None:
    await home.check(a_request())

    assert await stored(home) is None


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"function": "a-b"}, "invalid_task"),
    ({"timeout_seconds": 3601}, "invalid_task"),
    ({"ttl_seconds": 86_401}, "invalid_task"),
    ({"isolation": "confined"}, "isolation_unavailable"),
    ({"args": ["\ud800"]}, "parameters_not_json"),
    ({"args": ["x" * 100]}, "parameters_too_large"),
    ({"args": [{"$secret": "kv"}, 1]}, "invalid_reference"),
    ({"source": "#" * 301}, "source_too_large"),
    ({"source": "def add(:"}, "source_syntax_error"),
    ({"source": "\ud800"}, "source_syntax_error"),
    ({"source": None, "source_digest": "e" * 64}, "source_unknown"),
    ({"function": "sub"}, "function_not_found"),
    ({"source": "class add: ..."}, "not_a_function"),
    ({"args": [1]}, "parameters_do_not_fit"),
    ({"kwargs": {"c": 1}}, "parameters_do_not_fit"),
]


@pytest.mark.parametrize(("changes", "code"), WRONG)
async def test_dry_run_finds_what_is_wrong(
    home: Installation, changes: dict[str, Any], code: str
) -> None:
    assert code in await problems(home, **changes)


@pytest.mark.parametrize(("changes", "code"), WRONG)
async def test_what_is_wrong_is_not_admitted(
    home: Installation, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(e.RequestError) as refusal:
        await home.admit(a_request(**changes))

    assert refusal.value.code == code
    assert await stored(home) is None


async def test_dry_run_names_all_problems_at_once(home: Installation) -> None:
    found = await problems(
        home, isolation="confined", memory_mb=10**6, args=["x" * 100], function="sub"
    )

    assert found == [
        "invalid_task",
        "isolation_unavailable",
        "parameters_too_large",
        "function_not_found",
    ]


async def test_digest_is_told_although_the_call_does_not_fit(home: Installation) -> None:
    assert (await home.check(a_request(args=[]))).source_digest == DIGEST


async def test_digest_of_a_source_that_is_none_is_not_told(home: Installation) -> None:
    assert (await home.check(a_request(source="def add(:"))).source_digest is None


@pytest.mark.parametrize("wanted", [None, "none", "process"])
async def test_isolation_in_force_or_less_may_be_asked_for(
    home: Installation, wanted: str | None
) -> None:
    assert await problems(home, isolation=wanted) == []


async def test_refused_isolation_is_answered_with_what_there_is(home: Installation) -> None:
    finding = await home.check(a_request(isolation="isolated"))

    assert "which gives process: ask for process or less" in finding.problems[0].message


@pytest.mark.parametrize("limit", [{"timeout_seconds": 5}, {"memory_mb": 5}])
async def test_limits_are_refused_where_nothing_can_enforce_them(limit: dict[str, int]) -> None:
    home = Installation(isolation=Isolation.NONE)

    assert await problems(home) == []
    assert await problems(home, **limit) == ["invalid_task"]


@pytest.mark.parametrize(
    ("option", "level"), [({"cpu_seconds": 1}, "none"), ({"threads": 1}, "process")]
)
async def test_bounds_are_refused_where_nothing_can_enforce_them(
    option: dict[str, int], level: str
) -> None:
    weak, strong = Isolation(level), Isolation.ISOLATED

    assert await problems(Installation(isolation=weak), **option) == ["isolation_unavailable"]
    assert await problems(Installation(isolation=strong), **option) == []


async def test_bound_beyond_its_cap_is_one_problem(home: Installation) -> None:
    assert await problems(home, threads=1000) == ["invalid_task"]


async def test_less_than_the_least_isolation_cannot_be_asked_for() -> None:
    home = Installation(isolation=Isolation.ISOLATED, min_isolation="confined")

    finding = await home.check(a_request(isolation="process"))

    assert "nothing below isolation confined: leave" in finding.problems[0].message
    for wanted in (None, "confined", "isolated"):
        assert await problems(home, isolation=wanted) == []


async def test_reading_sources_at_once_leaves_the_warning_filters_as_they_were(
    home: Installation,
) -> None:
    before = list(warnings.filters)

    await asyncio.gather(
        *(home.check(a_request(source=f"{SOURCE}# {number}")) for number in range(8))
    )

    assert warnings.filters == before


async def test_loop_goes_on_while_a_long_source_is_read(home: Installation) -> None:
    turns = 0

    async def other_work() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    busy = asyncio.create_task(other_work())
    await home.check(a_request())
    busy.cancel()

    assert turns > 1
