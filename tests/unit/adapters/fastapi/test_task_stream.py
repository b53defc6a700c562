"""`GET /tasks/{key}/stream`: one task, followed to its end."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from fleeting.domain.change import Hold, Note
from fleeting.domain.errors import StoreUnavailable
from fleeting.domain.result import Record

from .make import Platform, serving, submitted


def said(answer: Response) -> list[tuple[str, Any, str]]:
    """Name, data and position of each event in a stream that has ended."""
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = []
    for block in answer.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
        if "event" in fields:
            events.append((fields["event"], json.loads(fields["data"]), fields.get("id", "")))
    return events


def print_(platform: Platform, running: Record, text: str) -> None:
    hold = Hold(running.address, running.version)
    platform.writer.report([Note(hold=hold, progress=None, output=text)])


async def test_a_task_that_has_ended_gives_its_output_and_its_result(
    platform: Platform, client: AsyncClient
) -> None:
    key = await submitted(client)
    platform.succeed(key)

    answer = await client.get(f"/tasks/{key}/stream")

    assert answer.headers["cache-control"] == "no-store"
    output, result = said(answer)
    printed = {"key": key, "attempt": 1, "start": 0, "text": "printed\n"}
    assert output == ("output", printed, "new.1.8")
    assert (result[0], result[1]["value"], result[2]) == ("result", 3, "succeeded.1.8")


async def test_a_running_task_is_followed_to_its_end(
    platform: Platform, client: AsyncClient
) -> None:
    key = await submitted(client)
    running = platform.start(key)
    following = asyncio.create_task(client.get(f"/tasks/{key}/stream"))
    await platform.listened()

    print_(platform, running, "pri")
    platform.end(running, b"3")

    names = [(name, data.get("text")) for name, data, _ in said(await following)]
    assert names[0] == ("status", None)
    assert names[-1] == ("result", None)
    assert "".join(text or "" for _, text in names) == "printed\n"


async def test_a_status_comes_without_output(platform: Platform, client: AsyncClient) -> None:
    key = await submitted(client)
    following = asyncio.create_task(client.get(f"/tasks/{key}/stream"))
    await platform.listened()
    platform.succeed(key)

    [status, *_] = said(await following)

    assert (status[0], status[1]["status"]) == ("status", "queued")
    assert "output" not in status[1]


@pytest.mark.parametrize("how", ["query", "header"])
async def test_a_stream_goes_on_after_the_event_seen_last(
    platform: Platform, client: AsyncClient, how: str
) -> None:
    key = await submitted(client)
    platform.succeed(key)
    params = {"after": "running.1.5"} if how == "query" else {}
    headers = {"Last-Event-ID": "running.1.5"} if how == "header" else {}

    answer = await client.get(f"/tasks/{key}/stream", params=params, headers=headers)

    [output, _] = said(answer)
    assert (output[1]["start"], output[1]["text"]) == (5, "ed\n")


async def test_who_has_seen_the_result_is_told_not_to_come_back(client: AsyncClient) -> None:
    """A browser reconnects to every stream that ends, until it gets 204."""
    key = await submitted(client)

    answer = await client.get(f"/tasks/{key}/stream", headers={"Last-Event-ID": "succeeded.1.8"})

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        ("add", 404, "malformed_key"),
        ("add_9999999999999_0123456789abcdef", 404, "result_unknown"),
        ("add_1000000000000_0123456789abcdef", 410, "result_gone"),
    ],
)
async def test_what_is_not_there_is_answered_as_by_get_result(
    client: AsyncClient, key: str, status: int, code: str
) -> None:
    answer = await client.get(f"/tasks/{key}/stream")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_another_namespaces_task_looks_like_one_with_nothing_left(
    platform: Platform, client: AsyncClient
) -> None:
    key = await submitted(client)
    platform.succeed(key)

    answer = await client.get(f"/tasks/{key}/stream", headers={"X-Fleeting-Namespace": "other"})

    assert answer.status_code == 410


async def test_a_position_of_another_stream_is_refused(client: AsyncClient) -> None:
    key = await submitted(client)

    answer = await client.get(f"/tasks/{key}/stream", params={"after": "1763683200050-0"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")


async def test_a_store_that_fails_ends_the_stream_with_a_problem(platform: Platform) -> None:
    async with serving(platform.app(idle=timedelta(milliseconds=10))) as client:
        key = await submitted(client)
        following = asyncio.create_task(client.get(f"/tasks/{key}/stream"))
        await platform.listened()
        platform.break_store(StoreUnavailable("the store is away"))

        [*_, (name, problem, _)] = said(await following)

    assert (name, problem["code"]) == ("problem", "store_unavailable")
