"""Submissions of a namespace are refused while it has as much as it may."""

from __future__ import annotations

from collections import Counter

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.domain.errors import QuotaExceeded, StoreUnavailable
from fleeting.domain.limits import Limits
from fleeting.domain.usage import Usage
from fleeting.usecases import quotas as module
from fleeting.usecases.quotas import Quotas

from .make import SECOND, Installation, a_request

LIMITS = Limits(max_namespace_tasks=10)


class Told:
    """`SupportsUsage` that says what the test says, and counts who asks."""

    def __init__(self) -> None:
        self.open_tasks = 0
        self.asked: Counter[str] = Counter()
        self.is_away = False

    async def usage(self, namespace: str) -> Usage:
        self.asked[namespace] += 1
        if self.is_away:
            raise StoreUnavailable("no answer")
        return Usage(self.open_tasks)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def quotas(told: Told, clock: ManualClock) -> Quotas:
    return Quotas(told, limits=LIMITS, clock=clock)


async def test_nobody_is_asked_where_there_is_no_quota(told: Told, clock: ManualClock) -> None:
    await Quotas(told, limits=Limits(), clock=clock).check("", 1000)
    assert not told.asked


async def test_a_store_that_cannot_tell_has_no_quotas(clock: ManualClock) -> None:
    await Quotas(object(), limits=LIMITS, clock=clock).check("", 1000)


async def test_what_was_let_in_since_the_last_look_counts(
    quotas: Quotas, told: Told, clock: ManualClock
) -> None:
    await quotas.check("", 6)
    with pytest.raises(QuotaExceeded):
        await quotas.check("", 6)
    await quotas.check("", 4)
    await quotas.check("team-a", 10)
    assert told.asked == {"": 1, "team-a": 1}

    clock.advance(SECOND)
    await quotas.check("", 6)
    assert told.asked[""] == 2


async def test_submissions_pass_while_nobody_knows(quotas: Quotas, told: Told) -> None:
    """What guards them does not stop them."""
    told.is_away = True
    await quotas.check("", 1)


async def test_only_so_many_namespaces_are_known(quotas: Quotas, told: Told) -> None:
    for number in range(module.MOST + 1):
        await quotas.check(f"team-{number}", 1)
    await quotas.check("team-0", 1)
    assert told.asked["team-0"] == 2


async def test_full_namespace_refuses_and_leaves_others_alone() -> None:
    home = Installation(max_namespace_tasks=2)
    await home.submit([a_request(), a_request()])

    with pytest.raises(QuotaExceeded, match="2 tasks of the namespace have not ended"):
        await home.submit([a_request()])

    await home.submit([a_request()], namespace="team-a")
    assert [home.taken() is None for _ in range(4)] == [False, False, False, True]
