from __future__ import annotations

import asyncio

import pytest

from fleeting.domain import errors as e
from fleeting.domain.source import digest

from .make import SECOND, SOURCE, Installation, a_request

DIGEST = digest(SOURCE)
OTHER = "def other():\n    return 1\n"


@pytest.fixture
def home() -> Installation:
    return Installation(max_source_bytes=300, max_parameters_bytes=100)


async def stored(home: Installation) -> str | None:
    return home.sources.get(DIGEST)


async def test_admitted_source_is_kept_as_long_as_a_task_can_need_it(home: Installation) -> None:
    assert await home.admit(a_request()) == DIGEST

    home.clock.advance(home.limits.source_keep - SECOND)
    assert await stored(home) == SOURCE
    home.clock.advance(SECOND)
    assert await stored(home) is None


async def test_source_may_be_named_by_its_digest_once_it_is_stored(home: Installation) -> None:
    await home.admit(a_request())

    by_digest = a_request(source=None, source_digest=DIGEST)

    assert await home.admit(by_digest) == DIGEST
    assert (await home.check(by_digest)).problems == ()


async def test_source_that_another_process_stored_is_found(home: Installation) -> None:
    home.sources.put(DIGEST, SOURCE, SECOND)

    assert await home.admit(a_request(source=None, source_digest=DIGEST)) == DIGEST

    home.clock.advance(SECOND)
    assert await stored(home) == SOURCE, "its life was extended"


async def test_hot_source_is_stored_once_a_minute(home: Installation) -> None:
    await home.admit(a_request())
    home.clock.advance(59 * SECOND)
    home.sources.switch.turn_off(e.StoreUnavailable("no round trip is expected"))

    await home.admit(a_request())
    await home.admit(a_request(source=None, source_digest=DIGEST))


async def test_source_store_that_lost_its_data_is_whole_again_a_minute_later(
    home: Installation,
) -> None:
    await home.admit(a_request())
    home.clock.advance(home.limits.source_keep)

    await home.admit(a_request())

    assert await stored(home) == SOURCE


async def test_forgotten_source_has_to_be_sent_again(home: Installation) -> None:
    await home.admit(a_request())
    home.clock.advance(home.limits.source_keep)

    with pytest.raises(e.SourceUnknown, match=f"{DIGEST[:12]}…: submit the source itself once"):
        await home.admit(a_request(source=None, source_digest=DIGEST))


async def test_sources_are_told_apart(home: Installation) -> None:
    await home.admit(a_request())

    with pytest.raises(e.FunctionNotFound):
        await home.admit(a_request(source=OTHER))


async def test_many_requests_at_once_are_all_admitted(home: Installation) -> None:
    requests = [a_request(), a_request(source=OTHER, function="other", args=[])] * 5

    digests = await asyncio.gather(*map(home.admit, requests))

    assert digests == [DIGEST, digest(OTHER)] * 5


async def test_source_store_that_is_away_is_said_so(home: Installation) -> None:
    home.sources.switch.turn_off(e.StoreUnavailable("away"))

    with pytest.raises(e.StoreUnavailable):
        await home.admit(a_request())
