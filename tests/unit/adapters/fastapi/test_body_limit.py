"""Bodies are bounded while they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient

from .make import Platform, serving

LIMIT = 1000


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with serving(Platform().app(max_body_bytes=LIMIT)) as found:
        yield found


async def chunks(count: int, taken: list[int]) -> AsyncIterator[bytes]:
    for number in range(count):
        taken.append(number)
        yield b" " * 100


@pytest.mark.parametrize("path", ["/tasks", "/nowhere"])
async def test_a_body_that_says_it_is_too_long_is_not_read(client: AsyncClient, path: str) -> None:
    answer = await client.post(path, content=b" " * (LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert str(LIMIT) in answer.json()["detail"]
    assert answer.headers["connection"] == "close"


async def test_a_body_without_a_length_is_read_up_to_the_limit_alone(client: AsyncClient) -> None:
    taken: list[int] = []
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/tasks", content=chunks(1000, taken), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert len(taken) < 20


async def test_a_length_that_lies_does_not_help(client: AsyncClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": "10"}
    answer = await client.post("/tasks", content=chunks(1000, []), headers=headers)
    assert answer.status_code == 413


async def test_a_body_of_just_the_limit_is_read(client: AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/tasks", content=b"{}".ljust(LIMIT), headers=headers)
    assert answer.status_code == 422


async def test_a_body_that_is_too_long_is_counted_and_has_an_id(client: AsyncClient) -> None:
    answer = await client.post("/tasks", content=b" " * (LIMIT + 1))
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    text = (await client.get("/metrics")).text
    assert 'method="POST",route="unmatched",status="413"' in text
