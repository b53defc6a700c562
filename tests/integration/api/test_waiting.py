"""Long polls and streams over real connections: they hear at once, and end when they should."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from httpx2 import Client, Response

from ...unit.adapters.fastapi.make import TASK, Platform
from ..servers.wait import wait_until
from .uvicorn_server import UvicornServer

Event = dict[str, str]
SOON = timedelta(seconds=10)
STREAM = "/functions/add/stream"


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as found:
        yield found


def submitted(client: Client) -> str:
    answer = client.post("/tasks", json=TASK)
    assert answer.status_code == 202
    return str(answer.json()["key"])


def heard(platform: Platform) -> None:
    assert platform.feed.is_heard.wait(10)


def listeners(platform: Platform) -> int:
    channels = platform.follow._channels.values()
    return sum(len(found) for channel in channels for found in channel._listeners.values())


@contextmanager
def followed(client: Client, **options: object) -> Iterator[Iterator[Event]]:
    """The events of a stream, once it listens."""
    with client.stream("GET", STREAM, **options) as answer:  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.read()
        with closing(events(answer)) as found:
            assert next(found).keys() == {"retry", "id"}
            assert next(found) == {"": "listening"}
            yield found


def events(answer: Response) -> Iterator[Event]:
    """Blocks of lines as they come, comments under an empty name."""
    block: Event = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(":")
            block[name] = value.removeprefix(" ")
        else:
            yield block
            block = {}


def told(found: Iterator[Event]) -> Event:
    """The next block that is no comment."""
    return next(block for block in found if "" not in block)


def test_a_long_poll_hears_of_a_result_at_once(
    platform: Platform, client: Client, pool: ThreadPoolExecutor
) -> None:
    key = submitted(client)
    polling = pool.submit(client.get, "/get-result", params={"key": key, "wait_seconds": 9})
    heard(platform)
    written = time.monotonic()
    platform.succeed(key)
    answer = polling.result()
    assert (answer.status_code, answer.json()["value"]) == (200, 3)
    assert time.monotonic() - written < 5


def test_a_poll_whose_client_has_gone_listens_no_more(
    platform: Platform, server: UvicornServer, client: Client
) -> None:
    key = submitted(client)
    with server.connect() as connection:
        query = f"GET /get-result?key={key}&wait_seconds=60 HTTP/1.1\r\nHost: test\r\n\r\n"
        connection.sendall(query.encode())
        heard(platform)
    wait_until(lambda: listeners(platform) == 0, within=SOON)


def test_a_poll_is_answered_when_the_server_stops(
    platform: Platform, server: UvicornServer, client: Client, pool: ThreadPoolExecutor
) -> None:
    key = submitted(client)
    polling = pool.submit(client.get, "/get-result", params={"key": key, "wait_seconds": 60})
    heard(platform)
    server.stop()
    answer = polling.result()
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert server.stopped(within=5)


def test_a_stream_tells_of_progress_and_results(platform: Platform, client: Client) -> None:
    with followed(client) as found:
        key = submitted(client)
        running = platform.start(key)
        platform.progress(running, done=1)
        progress = told(found)
        platform.end(running, b'{"a":  1}')
        result = told(found)
    assert (progress["event"], json.loads(progress["data"])["progress"]["done"]) == ("progress", 1)
    assert "value" not in json.loads(progress["data"])
    assert (result["event"], json.loads(result["data"])["key"]) == ("result", key)
    assert result["data"].endswith(',"value":{"a":  1}}')
    assert result["id"] > progress["id"]


def test_a_stream_is_of_one_function(platform: Platform, client: Client) -> None:
    other = {"source": "def abc(): pass", "function": "abc"}
    with followed(client) as found:
        platform.succeed(client.post("/tasks", json=other).json()["key"])
        key = submitted(client)
        platform.succeed(key)
        assert json.loads(told(found)["data"])["key"] == key


@pytest.mark.parametrize("how", ["Last-Event-ID", "after"])
def test_a_stream_resumes_after_the_event_seen_last(
    platform: Platform, client: Client, how: str
) -> None:
    with followed(client) as found:
        platform.succeed(submitted(client))
        seen = told(found)["id"]
    missed = [submitted(client) for _ in range(3)]
    for key in missed:
        platform.succeed(key)
    given = {"params": {"after": seen}} if how == "after" else {"headers": {how: seen}}
    with client.stream("GET", STREAM, **given) as answer:  # type: ignore[arg-type]
        found = events(answer)
        results = [told(found) for _ in range(4)][1:]
    assert [json.loads(result["data"])["key"] for result in results] == missed


def test_a_stream_resumes_from_its_opening_too(platform: Platform, client: Client) -> None:
    platform.succeed(submitted(client))
    with client.stream("GET", STREAM) as answer:
        opening = next(events(answer))["id"]
    key = submitted(client)
    platform.succeed(key)
    with client.stream("GET", STREAM, headers={"Last-Event-ID": opening}) as answer:
        found = events(answer)
        assert next(found)["id"] == opening
        assert json.loads(told(found)["data"])["key"] == key


def test_a_position_that_is_none_is_an_ordinary_error(client: Client) -> None:
    answer = client.get(STREAM, params={"after": "nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")


def test_an_idle_stream_shows_that_it_lives(client: Client) -> None:
    with followed(client) as found:
        assert next(found) == {"": "keep-alive"}
        assert next(found) == {"": "keep-alive"}


def test_a_stream_whose_client_has_gone_is_closed(platform: Platform, client: Client) -> None:
    with followed(client):
        assert "fleeting_streams_open 1.0" in client.get("/metrics").text
    wait_until(lambda: "fleeting_streams_open 0.0" in client.get("/metrics").text, within=SOON)
    wait_until(lambda: listeners(platform) == 0, within=SOON)


def test_a_stream_ends_in_order_when_the_server_stops(
    platform: Platform, server: UvicornServer, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with followed(client) as found:
        server.stop()
        assert all("" in block for block in found)  # an answer that is cut off would raise
    assert server.stopped(within=5)
    assert "Exception in ASGI application" not in caplog.text


def test_a_stream_whose_store_fails_says_so_and_ends(platform: Platform, client: Client) -> None:
    with followed(client) as found:
        running = platform.start(submitted(client))
        with platform.store.lock:
            platform.end(running, b"1")
            platform.store.corrupt(running.address)
        problem = told(found)
        assert problem["event"] == "problem"
        assert json.loads(problem["data"])["code"] == "store_corrupt"
        assert list(found) == []
