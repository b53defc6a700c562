"""When keys are fetched: one fetch at a time, never too often, never in anybody's way."""

from __future__ import annotations

import asyncio

import pytest

from fleeting.adapters.oidc.key_ring import KeyRing
from fleeting.adapters.oidc.known_keys import KnownKeys, Pace
from fleeting.domain.errors import AuthenticatorUnavailable

from .issuer import Clock

PACE = Pace(refresh=300, floor=10, grace=3600)


class Source:
    """Gives a ring of its own for each fetch, when the test lets it."""

    def __init__(self) -> None:
        self.fetches = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.is_away = False
        self.text: str | None = None

    async def __call__(self) -> KeyRing:
        self.fetches += 1
        text = self.text or str(self.fetches)
        await self.may_answer.wait()
        if self.is_away:
            raise AuthenticatorUnavailable("away")
        return KeyRing((), text)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def keys(source: Source, clock: Clock) -> KnownKeys:
    return KnownKeys(source, PACE, clock)


async def test_old_keys_are_given_while_others_are_fetched(
    keys: KnownKeys, source: Source, clock: Clock
) -> None:
    first = await keys.get()
    source.may_answer.clear()
    clock.seconds += 301

    assert keys.at_hand() is first
    assert keys.at_hand() is first
    await asyncio.sleep(0)
    assert source.fetches == 2

    source.may_answer.set()
    newer = await keys.after(first)
    assert (newer.source, source.fetches) == ("2", 2)
    assert keys.at_hand() is newer


async def test_who_misses_a_key_that_has_come_meanwhile_gets_it_without_a_fetch(
    keys: KnownKeys, source: Source, clock: Clock
) -> None:
    first = await keys.get()
    clock.seconds += 11
    second = await keys.after(first)

    assert await keys.after(first) is second
    assert source.fetches == 2


async def test_keys_that_did_not_change_stay_the_same_object(
    keys: KnownKeys, source: Source, clock: Clock
) -> None:
    """What was remembered for them goes on counting."""
    source.text = "the same"
    first = await keys.get()
    clock.seconds += 11

    assert await keys.after(first) is first
    assert source.fetches == 2


async def test_outage_is_noticed_once_a_floor(
    keys: KnownKeys, source: Source, clock: Clock
) -> None:
    source.is_away = True
    for _ in range(5):
        with pytest.raises(AuthenticatorUnavailable) as caught:
            await keys.get()
        clock.seconds += 1

    assert source.fetches == 1
    assert caught.value.retry_after == 6


async def test_without_grace_keys_end_when_they_are_old(source: Source, clock: Clock) -> None:
    keys = KnownKeys(source, Pace(refresh=300, floor=10, grace=0), clock)
    await keys.get()
    source.is_away = True
    clock.seconds += 300

    with pytest.raises(AuthenticatorUnavailable):
        await keys.get()


async def test_closing_ends_a_fetch(keys: KnownKeys, source: Source) -> None:
    source.may_answer.clear()
    waiting = asyncio.create_task(keys.get())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    await keys.close()
    await keys.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting
