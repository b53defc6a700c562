"""Requests are counted on every route, told where they stand, and refused beyond their limit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from fleeting.adapters.fastapi.access import Access
from fleeting.adapters.fastapi.rate_limits import RATE_HEADERS
from fleeting.adapters.fastapi.scopes import RULES, Door
from fleeting.adapters.memory.rate_limiter import MemoryRateLimiter
from fleeting.adapters.memory.switch import Switch
from fleeting.domain.errors import StoreUnavailable
from fleeting.domain.limits import Limits
from fleeting.domain.rate import RateClass, Rates, Standing, Window, parse_windows
from fleeting.ports.rate_limiter import RateLimiter
from fleeting.usecases.refused_tokens import RefusedTokens
from fleeting.usecases.throttle import Throttle

from .calls import CALLS, send
from .guarded import Guarded, bearer
from .make import TASK, Platform, serving

LIMITED = [name for name, rule in RULES.items() if rule is not Door.OPEN]
WAYS = [(name, way) for name in LIMITED for way in ("", *CALLS[name].variants)]
UNCOUNTED = [name for name, rule in RULES.items() if rule is Door.OPEN]


def rates(text: str, *kinds: RateClass) -> Rates:
    return {kind: parse_windows(text) for kind in kinds or RateClass}


class FullLimiter:
    """`RateLimiter` of which everything is taken."""

    async def take(
        self,
        caller: str,
        windows: Sequence[Window],
        *,
        cost: int = 1,
        later: int = 0,
    ) -> list[Standing]:
        return [Standing(window, window.amount, 2.5, 2.5) for window in windows]


class Limited(Guarded):
    """A guarded platform with rate limits."""

    def __init__(self, limits: Rates, limiter: RateLimiter | None = None, **options: Any) -> None:
        self._limits, self._options = limits, options
        self._limiter = limiter or MemoryRateLimiter(Switch())
        super().__init__()

    def access(self, **_options: Any) -> Access:
        clock = self.platform.clock
        throttle = Throttle(self._limiter, self._limits, clock=clock, **self._options)
        return super().access(throttle=throttle, refused=RefusedTokens(throttle, clock=clock))


@asynccontextmanager
async def limited(text: str, *kinds: RateClass) -> AsyncIterator[tuple[Limited, AsyncClient]]:
    home = Limited(rates(text, *kinds))
    async with home.serving() as client:
        yield home, client


def batch(count: int) -> dict[str, Any]:
    return {"tasks": [TASK] * count}


def told(answer: Response) -> tuple[str | None, ...]:
    return tuple(answer.headers.get(name) for name in RATE_HEADERS)


@pytest.fixture(scope="module")
def full() -> Limited:
    return Limited(rates("10/minute"), FullLimiter())


@pytest.mark.parametrize(("name", "way"), WAYS)
async def test_every_call_is_refused_beyond_its_limit(full: Limited, name: str, way: str) -> None:
    """Also those that go past FastAPI's own look at a request; nothing of it is looked at."""
    full.audit.events.clear()
    async with full.serving() as client:
        answer = await send(client, CALLS[name], "no key", bearer("all"), way)

    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "rate_limited"
    assert answer.headers["retry-after"] == "3"
    assert told(answer) == ("10", "0", "3")
    [event] = full.audit.events
    assert (event.action, event.outcome, event.subject) == (name, "limited", "all")


@pytest.mark.parametrize("name", UNCOUNTED)
async def test_probes_are_not_counted(full: Limited, name: str) -> None:
    async with full.serving() as client:
        answer = await send(client, CALLS[name], "", {}, "")
    assert answer.status_code != 429
    assert told(answer) == (None, None, None)


async def test_answers_say_where_their_caller_stands() -> None:
    async with limited("10/hour", RateClass.SUBMIT) as (_, client):
        first = await client.post("/tasks", json=TASK, headers=bearer("ann"))
        wrong = await client.post("/tasks", json={"function": 1}, headers=bearer("ann"))
        read = await client.get("/functions", headers=bearer("ann"))

    assert (first.status_code, told(first)[:2]) == (202, ("10", "9"))
    assert 3500 < int(first.headers["ratelimit-reset"]) <= 3600
    assert (wrong.status_code, told(wrong)[:2]) == (422, ("10", "8")), "errors count and tell too"
    assert (read.status_code, told(read)) == (200, (None, None, None)), "reading has no limit"


async def test_a_batch_counts_as_many_as_it_has_tasks() -> None:
    async with limited("10/hour", RateClass.SUBMIT) as (home, client):
        taken = await client.post("/tasks:batch", json=batch(7), headers=bearer("ann"))
        refused = await client.post("/tasks:batch", json=batch(4), headers=bearer("ann"))
        one = await client.post("/tasks", json=TASK, headers=bearer("ann"))

    assert (taken.status_code, told(taken)[:2]) == (202, ("10", "3"))
    assert (refused.status_code, told(refused)[:2]) == (429, ("10", "2"))
    assert int(refused.headers["retry-after"]) > 3500
    assert (one.status_code, told(one)[:2]) == (202, ("10", "1"))
    assert [event.outcome for event in home.audit.events] == ["allowed", "limited", "allowed"]


async def test_a_batch_beyond_the_limit_is_told_to_be_smaller() -> None:
    async with limited("10/hour", RateClass.SUBMIT) as (home, client):
        answer = await client.post("/tasks:batch", json=batch(11), headers=bearer("ann"))

    assert (answer.status_code, answer.json()["code"]) == (413, "batch_too_large")
    assert [event.outcome for event in home.audit.events] == ["limited"]


async def test_principals_and_their_namespaces_are_counted_apart() -> None:
    async with limited("1/hour", RateClass.READ) as (_, client):
        found = [
            (await client.get("/functions", headers=bearer(*who))).status_code
            for who in (("ann",), ("bob",), ("both", "team-a"), ("both", "team-b"), ("ann",))
        ]
    assert found == [200, 200, 200, 200, 429]


@pytest.mark.parametrize("names", [("team-b", "team-c"), ("NO", "no!")])
async def test_who_names_namespaces_at_random_meets_the_limit(names: tuple[str, str]) -> None:
    async with limited("1/hour", RateClass.READ) as (_, client):
        found = [
            (await client.get("/functions", headers=bearer("ann", name))).status_code
            for name in names
        ]
    assert found[0] in (403, 422)
    assert found[1] == 429


async def test_an_address_whose_tokens_are_refused_is_turned_away() -> None:
    """The authenticator is not asked from then on, whatever the token; probes are answered."""
    async with limited("2/hour", RateClass.REFUSED) as (home, client):
        found = [await client.get("/functions", headers=bearer("nobody")) for _ in range(5)]
        probe = await client.get("/readyz", headers=bearer("nobody"))
        good = await client.get("/functions", headers=bearer("ann"))

    assert [answer.status_code for answer in found] == [401, 401, 429, 429, 429]
    assert (probe.status_code, "checks" in probe.json()) == (503, False), "it is about to stop"
    assert good.status_code == 429
    assert len(home.names.asked) == 3
    assert int(found[-1].headers["retry-after"]) > 3500
    assert [event.outcome for event in home.audit.events] == ["denied"] * 2 + ["limited"] * 4


async def test_requests_without_a_token_turn_nobody_away() -> None:
    """Nobody has to be asked about them."""
    async with limited("1/hour", RateClass.REFUSED) as (_, client):
        found = [(await client.get("/functions")).status_code for _ in range(4)]
    assert found == [401] * 4


async def test_strict_installations_serve_nobody_uncounted() -> None:
    switch = Switch()
    switch.turn_off(StoreUnavailable("redis.corp.example does not answer"))
    home = Limited(rates("9/hour"), MemoryRateLimiter(switch), is_open_when_away=False)
    async with home.serving() as client:
        answer = await client.get("/functions", headers=bearer("ann"))

    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert "corp" not in answer.text


async def test_limits_hold_without_authentication_too() -> None:
    platform = Platform()
    limits = rates("1/hour", RateClass.SUBMIT)
    throttle = Throttle(MemoryRateLimiter(Switch()), limits, clock=platform.clock)
    async with serving(platform.app(access=Access(throttle=throttle))) as client:
        found = [(await client.post("/tasks", json=TASK)).status_code for _ in range(2)]
    assert found == [202, 429]


@pytest.mark.parametrize("name", LIMITED)
def test_every_limited_call_says_so_in_its_document(name: str) -> None:
    found = Platform().app().openapi()["paths"].values()
    [operation] = [
        one for methods in found for one in methods.values() if one["operationId"] == name
    ]
    refusal = operation["responses"]["429"]
    assert set(refusal["headers"]) == {"Retry-After", *RATE_HEADERS}
    assert "rate_limited" in refusal["content"]["application/problem+json"]["examples"]
    good = [one for status, one in operation["responses"].items() if status.startswith("2")]
    assert all(set(RATE_HEADERS) <= set(one["headers"]) for one in good)


async def test_a_namespace_beyond_its_quota_is_refused_and_that_is_kept() -> None:
    home = Guarded(limits=Limits(max_namespace_tasks=2))
    async with home.serving() as client:
        taken = await client.post("/tasks:batch", json=batch(2), headers=bearer("ann"))
        refused = await client.post("/tasks", json=TASK, headers=bearer("ann"))

    assert taken.status_code == 202
    assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
    assert refused.headers["retry-after"] == "5"
    assert [event.outcome for event in home.audit.events] == ["allowed", "limited"]


async def test_a_stream_says_where_its_caller_stands() -> None:
    async with limited("10/hour", RateClass.READ) as (_, client):
        answer = await client.get("/functions/add/stream", headers=bearer("ann"))

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert told(answer)[:2] == ("10", "9")
