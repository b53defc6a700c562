"""A stream goes on after every interruption that may pass, from where it was."""

from __future__ import annotations

from contextlib import aclosing

import httpx2
import pytest

from fleeting.adapters.sdk.http_calls import HttpCalls
from fleeting.adapters.sdk.http_events import TRIES, HttpEvents
from fleeting.domain import errors as e

from .scripted_service import Answer, ManualTime, ScriptedService, events, problem

PATH = "functions/add/stream"
CUT = httpx2.ReadError("cut")


def event(position: int) -> bytes:
    return b"event: result\nid: %d\ndata: %d\n\n" % (position, position)


async def positions(
    count: int, *answers: Answer, after: str | None = None
) -> tuple[list[str], list[str | None], list[float]]:
    """The positions of `count` events, where each connection began, and the pauses between."""
    time, service = ManualTime(), ScriptedService(*answers)
    http = HttpEvents(HttpCalls(service.client(), timeout=30), sleep=time.sleep)
    seen: list[str] = []
    async with aclosing(http.follow(PATH, after)) as stream:
        async for found in stream:
            if found is not None:
                seen.append(found.position)
            if len(seen) == count:
                break
    began = [request.headers.get("Last-Event-ID") for request in service.requests]
    return seen, began, time.slept


@pytest.mark.parametrize(
    "end",
    [
        events(event(1)),
        events(event(1), CUT),
        events(event(1), b"id: 9\ndata: half", CUT),
        events(event(1), b'event: problem\ndata: {"code": "store_unavailable"}\n\n'),
    ],
    ids=["closed", "cut", "cut in an event", "the store is away"],
)
async def test_an_interrupted_stream_goes_on_after_the_last_whole_event(end: Answer) -> None:
    seen, began, _ = await positions(2, end, events(event(2)))

    assert (seen, began) == (["1", "2"], [None, "1"])


async def test_a_stream_begins_where_it_is_told() -> None:
    _, began, _ = await positions(1, events(event(8)), after="7")

    assert began == ["7"]


async def test_a_service_that_is_away_for_a_moment_is_waited_for() -> None:
    away = httpx2.ConnectError("refused")
    seen, began, slept = await positions(
        1, away, problem(503, "store_unavailable"), events(event(1))
    )

    assert (seen, len(began), len(slept)) == (["1"], 3, 2)


async def test_the_service_sets_the_pause() -> None:
    _, _, slept = await positions(2, events(b"retry: 4000\n", event(1)), events(event(2)))

    assert slept == [4.0]


async def test_a_service_that_stays_away_is_given_up() -> None:
    with pytest.raises(e.ServiceUnavailable, match="cannot be reached"):
        await positions(1, httpx2.ConnectError("refused"))


async def test_a_stream_that_worked_counts_its_failures_afresh() -> None:
    away = [httpx2.ConnectError("refused")] * (TRIES - 1)
    seen, _, _ = await positions(2, *away, events(event(1), CUT), *away[1:], events(event(2)))

    assert seen == ["1", "2"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(422, "invalid_query"), e.InvalidQuery),
        (problem(500, "store_denied"), e.StoreDenied),
        (
            events(b'event: problem\ndata: {"code": "store_denied", "detail": "x"}\n\n'),
            e.StoreDenied,
        ),
    ],
    ids=["refused", "denied", "denied later"],
)
async def test_what_waiting_cannot_change_is_raised_at_once(
    answer: Answer, kind: type[e.FleetingError]
) -> None:
    with pytest.raises(kind):
        await positions(1, answer)
