"""The Metric Retriever by key: results in each status, the facts of a task, the long poll."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from httpx2 import AsyncClient

from fleeting.adapters.fastapi.schemas import TaskFacts, TaskResult
from fleeting.adapters.system.clock import SystemClock
from fleeting.domain.errors import StoreCorrupt, StoreDenied, StoreUnavailable
from fleeting.domain.outcome import ErrorInfo
from fleeting.domain.result_key import Address

from .make import WORKER, Platform, serving, submitted

ERROR = ErrorInfo(
    code="script_raised",
    message="ValueError: no",
    exception="ValueError",
    traceback='File "script.py", line 2, in add\n',
    line=2,
)


async def result(client: AsyncClient, key: str, **query: float) -> tuple[int, dict[str, object]]:
    answer = await client.get("/get-result", params={"key": key, **query})
    return answer.status_code, answer.json()


async def test_a_queued_task_is_202_with_a_hint_when_to_ask_again(client: AsyncClient) -> None:
    key = await submitted(client)
    answer = await client.get("/get-result", params={"key": key})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.headers["retry-after"] == "1"
    assert "value" not in answer.json()


async def test_a_running_task_is_202_with_its_progress(
    platform: Platform, client: AsyncClient
) -> None:
    key = await submitted(client)
    platform.progress(platform.start(key), done=3)
    status, body = await result(client, key)
    assert (status, body["status"]) == (202, "running")
    assert body["progress"] == {"done": 3.0, "total": None, "note": ""}


async def test_a_value_comes_with_everything_known_of_its_task(
    platform: Platform, client: AsyncClient
) -> None:
    key = await submitted(client, labels={"team": "a"}, ttl_seconds=60)
    platform.succeed(key, b'{"n": 1.50}')
    platform.clock.sleep(timedelta(seconds=20))
    status, body = await result(client, key)
    assert status == 200
    assert body["value"] == {"n": 1.5}
    shown = TaskResult.model_validate(body)
    assert (shown.status, shown.worker, shown.attempt) == ("succeeded", WORKER, 1)
    assert (shown.run_seconds, shown.expires_in_seconds, shown.ttl_seconds) == (0.25, 40, 60)
    assert (shown.isolation, shown.labels, shown.output) == ("process", {"team": "a"}, "printed\n")
    assert str(body["submitted_at"]).endswith("Z")


async def test_the_stored_bytes_of_a_value_are_passed_through(
    platform: Platform, client: AsyncClient
) -> None:
    key = await submitted(client)
    platform.succeed(key, b'{"a":  1.000, "a": 2}')
    answer = await client.get("/get-result", params={"key": key})
    assert answer.content.endswith(b',"value":{"a":  1.000, "a": 2}}')


async def test_a_value_of_null_is_there(platform: Platform, client: AsyncClient) -> None:
    key = await submitted(client)
    platform.succeed(key, b"null")
    status, body = await result(client, key)
    assert status == 200
    assert "value" in body
    assert body["value"] is None


async def test_a_failure_comes_with_its_error(platform: Platform, client: AsyncClient) -> None:
    key = await submitted(client)
    platform.fail(key, ERROR)
    status, body = await result(client, key)
    assert (status, body["status"]) == (200, "failed")
    assert "value" not in body
    assert body["error"] == {
        "code": "script_raised",
        "message": "ValueError: no",
        "exception": "ValueError",
        "traceback": 'File "script.py", line 2, in add\n',
        "line": 2,
        "path": None,
    }


async def test_a_task_past_its_deadline_is_lost(platform: Platform, client: AsyncClient) -> None:
    key = await submitted(client, ttl_seconds=86_400)
    platform.clock.sleep(platform.limits.queue_patience + timedelta(hours=4))
    status, body = await result(client, key)
    assert (status, body["status"]) == (200, "lost")


async def test_an_expired_result_is_gone(platform: Platform, client: AsyncClient) -> None:
    key = await submitted(client, ttl_seconds=60)
    platform.succeed(key)
    platform.clock.sleep(timedelta(seconds=60))
    status, body = await result(client, key)
    assert (status, body["code"]) == (410, "result_gone")


@pytest.mark.parametrize("path", ["/get-result?key={}", "/tasks/{}"])
@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        ("nonsense", 404, "malformed_key"),
        ("add_1_0123456789abcdef", 404, "malformed_key"),
        ("add_1763683200000_0123456789ABCDEF", 404, "malformed_key"),
        ("add%00_1763683200000_0123456789abcdef", 404, "malformed_key"),
        ("x" * 10_000, 404, "malformed_key"),
        ("add_9999999999999_0123456789abcdef", 404, "result_unknown"),
        ("add_1000000000000_0123456789abcdef", 410, "result_gone"),
    ],
)
async def test_keys_that_lead_nowhere(
    client: AsyncClient, path: str, key: str, status: int, code: str
) -> None:
    answer = await client.get(path.format(key))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_another_namespace_looks_as_if_nothing_were_left(client: AsyncClient) -> None:
    key = await submitted(client)
    answer = await client.get(
        "/get-result", params={"key": key}, headers={"X-Fleeting-Namespace": "other"}
    )
    assert (answer.status_code, answer.json()["code"]) == (410, "result_gone")


async def test_the_facts_of_a_task_have_no_value(platform: Platform, client: AsyncClient) -> None:
    key = await submitted(client)
    platform.succeed(key, b"12345")
    answer = await client.get(f"/tasks/{key}")
    assert answer.status_code == 200
    facts = TaskFacts.model_validate(answer.json())
    assert (facts.value_bytes, facts.output) == (5, "printed\n")


async def test_an_open_task_has_facts_too(client: AsyncClient) -> None:
    key = await submitted(client, countdown_seconds=10)
    answer = await client.get(f"/tasks/{key}")
    assert (answer.status_code, answer.json()["status"]) == (200, "queued")
    assert answer.json()["starts_after"] == "2026-01-01T00:00:10Z"


async def test_a_long_poll_is_answered_when_the_task_ends(
    platform: Platform, client: AsyncClient
) -> None:
    key = await submitted(client)
    polling = asyncio.create_task(result(client, key, wait_seconds=30))
    await platform.listened()
    platform.succeed(key)
    status, body = await polling
    assert (status, body["value"]) == (200, 3)


async def test_a_long_poll_ends_when_the_time_is_up() -> None:
    async with serving(Platform(clock=SystemClock()).app()) as client:
        key = await submitted(client)
        assert (await result(client, key, wait_seconds=0.01))[0] == 202


async def test_a_long_poll_ends_when_the_server_stops(platform: Platform) -> None:
    app = platform.app()
    async with serving(app) as client:
        key = await submitted(client)
        polling = asyncio.create_task(result(client, key, wait_seconds=30))
        await platform.listened()
        app.state.closing.begin()
        assert (await polling)[0] == 202
        assert (await result(client, key, wait_seconds=30))[0] == 202


@pytest.mark.parametrize("wait", ["-1", "61", "nan", "inf", "soon"])
async def test_a_wait_beyond_its_bounds_is_refused(client: AsyncClient, wait: str) -> None:
    key = await submitted(client)
    answer = await client.get("/get-result", params={"key": key, "wait_seconds": wait})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")
    assert answer.json()["errors"][0]["parameter"] == "wait_seconds"


async def test_a_result_is_in_no_cache(client: AsyncClient) -> None:
    key = await submitted(client)
    answer = await client.get("/get-result", params={"key": key})
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [(StoreUnavailable("away"), 503, "1"), (StoreDenied("wrong password"), 500, None)],
)
async def test_a_store_that_fails(
    platform: Platform,
    client: AsyncClient,
    error: StoreUnavailable,
    status: int,
    retry_after: str | None,
) -> None:
    key = await submitted(client)
    platform.break_store(error)
    answer = await client.get("/get-result", params={"key": key})
    assert (answer.status_code, answer.json()["code"]) == (status, error.code)
    assert answer.headers.get("retry-after") == retry_after


async def test_garbage_in_the_store_is_an_error_of_the_store(
    platform: Platform, client: AsyncClient
) -> None:
    key = await submitted(client)
    platform.store.corrupt(Address("", key))
    status, body = await result(client, key)
    assert (status, body["code"]) == (500, StoreCorrupt.code)
