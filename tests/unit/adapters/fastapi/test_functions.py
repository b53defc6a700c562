"""The Metric Retriever by function: values, pages of results, figures, names."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient

from fleeting.adapters.fastapi.raw_json import is_known, list_response
from fleeting.domain.errors import StoreUnavailable
from fleeting.domain.limits import Limits
from fleeting.domain.outcome import ErrorInfo

from .make import Platform, serving, submitted

VALUES = "/functions/add/values"
RESULTS = "/functions/add/results"
ERROR = ErrorInfo(code="script_raised", message="no")


async def finished(
    platform: Platform, client: AsyncClient, *values: bytes, **options: Any
) -> list[str]:
    """Keys of tasks that have these values, submitted a second apart."""
    keys = []
    for value in values:
        platform.clock.sleep(timedelta(seconds=1))
        keys.append(await submitted(client, **options))
        platform.succeed(keys[-1], value)
    return keys


async def test_values_are_the_stored_bytes_in_order_of_submission(
    platform: Platform, client: AsyncClient
) -> None:
    keys = [await submitted(client)]
    platform.clock.sleep(timedelta(seconds=1))
    keys.append(await submitted(client))
    platform.succeed(keys[1], b'{"b":  2.0}')
    platform.succeed(keys[0], b"[1]")
    answer = await client.get(VALUES)
    assert (answer.status_code, answer.content) == (200, b'[[1],{"b":  2.0}]')
    assert answer.headers["content-type"] == "application/json"


async def test_a_function_without_live_values_has_an_empty_list(client: AsyncClient) -> None:
    assert (await client.get("/functions/nobody/values")).content == b"[]"


async def test_only_live_values_are_listed(platform: Platform, client: AsyncClient) -> None:
    await finished(platform, client, b"1", ttl_seconds=5)
    await finished(platform, client, b"2", ttl_seconds=500)
    open_key = await submitted(client)
    failed = await submitted(client)
    platform.fail(failed, ERROR)
    platform.clock.sleep(timedelta(seconds=5))
    assert (await client.get(VALUES)).json() == [2]
    assert open_key


async def test_values_are_those_of_the_namespace(platform: Platform, client: AsyncClient) -> None:
    own = {"X-Fleeting-Namespace": "team-a"}
    body = {"source": "def add(): pass", "function": "add"}
    key = (await client.post("/tasks", json=body, headers=own)).json()["key"]
    platform.succeed(key, b"7", namespace="team-a")
    assert (await client.get(VALUES)).json() == []
    assert (await client.get(VALUES, headers=own)).json() == [7]


async def test_values_come_in_parts_that_link_to_the_next(
    platform: Platform, client: AsyncClient
) -> None:
    await finished(platform, client, b"1", b"2", b"3", b"4", b"5")
    url, seen = f"{VALUES}?limit=2", []
    while url:
        answer = await client.get(url)
        seen.append(answer.json())
        url = following(answer.headers.get("link"))
    assert seen == [[1, 2], [3, 4], [5]]


async def test_values_can_begin_with_the_latest(platform: Platform, client: AsyncClient) -> None:
    keys = await finished(platform, client, b"1", b"2", b"3")
    assert (await client.get(VALUES, params={"order": "desc", "limit": 2})).json() == [3, 2]
    after = {"order": "desc", "after": keys[1]}
    assert (await client.get(VALUES, params=after)).json() == [1]


async def test_values_beyond_the_byte_budget_are_an_error_that_says_how_to_go_on() -> None:
    platform = Platform(limits=Limits(max_answer_bytes=10))
    async with serving(platform.app()) as client:
        await finished(platform, client, b'"12345"', b'"12345"')
        answer = await client.get(VALUES)
        assert (answer.status_code, answer.json()["code"]) == (422, "answer_too_large")
        assert (await client.get(VALUES, params={"limit": 1})).json() == ["12345"]


async def test_an_unchanged_list_is_not_sent_again(platform: Platform, client: AsyncClient) -> None:
    await finished(platform, client, b"1")
    first = await client.get(VALUES)
    again = {"If-None-Match": f'"x", W/{first.headers["etag"]}'}
    unchanged = await client.get(VALUES, headers=again)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == first.headers["etag"]
    assert unchanged.headers["vary"] == "X-Fleeting-Namespace, Authorization"
    await finished(platform, client, b"2")
    assert (await client.get(VALUES, headers=again)).json() == [1, 2]


@pytest.mark.parametrize(
    ("given", "known"),
    [
        (None, False),
        ("*", True),
        (' "a" ', True),
        ('W/"a"', True),
        ('"b", W/"a","c"', True),
        ('"b"', False),
        ("a", False),
        ('"b,a"', False),
        ("", False),
    ],
)
def test_tags_are_compared_weakly(given: str | None, known: bool) -> None:
    assert is_known(given, "a") is known


@pytest.mark.parametrize("count", [0, 1, 2, 1000])
@pytest.mark.parametrize("size", [1, 1000])
async def test_long_lists_are_streamed_with_their_length(count: int, size: int) -> None:
    values = [json.dumps("x" * size).encode()] * count
    sent = b""

    async def send(message: Any) -> None:
        nonlocal sent
        sent += message.get("body", b"")

    async def receive() -> dict[str, str]:
        return {"type": "http.request"}

    response = list_response(values, {})
    scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
    await response(scope, receive, send)  # type: ignore[arg-type] # a plain dict is a message
    assert json.loads(sent) == ["x" * size] * count
    assert response.headers["content-length"] == str(len(sent))


async def test_results_come_in_pages_that_name_the_next(
    platform: Platform, client: AsyncClient
) -> None:
    keys = await finished(platform, client, b"1", b"2", b"3")
    first = await client.get(RESULTS, params={"limit": 2})
    assert [found["key"] for found in first.json()["results"]] == keys[:2]
    assert first.json()["next"] == keys[1]
    second = await client.get(following(first.headers["link"]))
    assert [found["key"] for found in second.json()["results"]] == keys[2:]
    assert second.json()["next"] is None
    assert "link" not in second.headers


async def test_results_have_neither_values_nor_output(
    platform: Platform, client: AsyncClient
) -> None:
    await finished(platform, client, b"1")
    [found] = (await client.get(RESULTS)).json()["results"]
    assert "value" not in found
    assert "output" not in found
    assert found["expires_in_seconds"] == 300


async def test_results_can_be_asked_for_by_status(platform: Platform, client: AsyncClient) -> None:
    await finished(platform, client, b"1")
    failed, queued = await submitted(client), await submitted(client)
    platform.fail(failed, ERROR)
    one = await client.get(RESULTS, params={"status": "failed"})
    assert [found["key"] for found in one.json()["results"]] == [failed]
    two = await client.get(RESULTS, params={"status": ["failed", "queued"]})
    assert {found["key"] for found in two.json()["results"]} == {failed, queued}


async def test_links_keep_the_rest_of_the_query(platform: Platform, client: AsyncClient) -> None:
    await finished(platform, client, b"1", b"2")
    query = {"limit": 1, "order": "desc", "status": ["succeeded", "failed"]}
    link = following((await client.get(RESULTS, params=query)).headers["link"])
    assert "order=desc&status=succeeded&status=failed" in link


async def test_figures_over_values(platform: Platform, client: AsyncClient) -> None:
    await finished(platform, client, b'{"n":1}', b'{"n":3}', b'"none"')
    stats = (await client.get("/functions/add/stats", params={"field": "n"})).json()
    assert (stats["count"], stats["skipped"], stats["failures"]) == (3, 1, 0)
    assert stats["values"]["mean"] == 2
    assert stats["run_seconds"]["p50"] == 0.25


async def test_functions_are_listed_by_name(platform: Platform, client: AsyncClient) -> None:
    keys = await finished(platform, client, b"1", b"2")
    other = {"source": "def abc(): pass", "function": "abc", "args": []}
    abc = await submitted(client, **other)
    platform.succeed(abc)
    assert (await client.get("/functions")).json() == {
        "functions": [
            {"function": "abc", "count": 1, "newest": abc},
            {"function": "add", "count": 2, "newest": keys[1]},
        ]
    }


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"limt": "1"}, "did you mean limit?"),
        ({"limit": "0"}, "limit: input should be greater than or equal to 1"),
        ({"limit": "9" * 30}, "limit: "),
        ({"limit": "1.5"}, "limit: "),
        ({"limit": ["1", "2"]}, "limit is given more than once"),
        ({"order": "up"}, "order: input should be 'asc' or 'desc'"),
        ({"after": "nonsense"}, "after: "),
        ({"after": "sub_1763683200000_0123456789abcdef"}, "is not a key of add"),
        ({"color": "red"}, "it takes after, limit, order"),
    ],
)
async def test_a_wrong_query_is_refused(
    client: AsyncClient, query: dict[str, Any], said: str
) -> None:
    answer = await client.get(VALUES, params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("query", [{"status": "done"}, {"limit": "1001"}])
async def test_a_wrong_page_is_refused(client: AsyncClient, query: dict[str, str]) -> None:
    answer = await client.get(RESULTS, params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")


@pytest.mark.parametrize("name", ["1st", "a-b", "a.b", "ä", "x" * 129])
@pytest.mark.parametrize("call", ["values", "results", "stats", "stream"])
async def test_a_name_that_can_be_no_functions_is_refused(
    client: AsyncClient, name: str, call: str
) -> None:
    answer = await client.get(f"/functions/{name}/{call}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")


@pytest.mark.parametrize("path", ["/functions", VALUES, RESULTS, "/functions/add/stats"])
async def test_a_store_that_is_away_is_503(
    platform: Platform, client: AsyncClient, path: str
) -> None:
    platform.break_store(StoreUnavailable("away"))
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")


def following(link: str | None) -> str:
    match = re.fullmatch(r'<(.*)>; rel="next"', link or "")
    return match[1] if match else ""


@pytest.mark.parametrize("headers", [{}, {"X-Fleeting-Namespace": "team-a"}])
async def test_the_short_way_answers_as_the_long_one(
    platform: Platform, client: AsyncClient, headers: dict[str, str]
) -> None:
    """A call without a query does not pass FastAPI's own look at parameters."""
    await finished(platform, client, b"1", b"2")

    short = await client.get(VALUES, headers=headers)
    long = await client.get(f"{VALUES}?order=asc", headers=headers)
    known = await client.get(VALUES, headers={**headers, "If-None-Match": short.headers["ETag"]})

    ids = {"x-request-id", "date"}
    assert short.content == long.content
    assert {k: v for k, v in short.headers.items() if k not in ids} == {
        k: v for k, v in long.headers.items() if k not in ids
    }
    assert known.status_code == 304


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/functions/a-b/values", {}), (VALUES, {"X-Fleeting-Namespace": "No Name"})],
)
async def test_the_short_way_refuses_as_the_long_one(
    client: AsyncClient, path: str, headers: dict[str, str]
) -> None:
    short = await client.get(path, headers=headers)
    long = await client.get(f"{path}?order=asc", headers=headers)

    assert short.status_code == long.status_code == 422
    assert short.json()["code"] == long.json()["code"]


@pytest.mark.parametrize("size", [100, 30_000, 300_000, 2_000_000])
async def test_long_lists_are_compressed_for_those_who_accept_it(
    platform: Platform, client: AsyncClient, size: int
) -> None:
    value = json.dumps("x" * size).encode()
    await finished(platform, client, value)

    plain = await client.get(VALUES, headers={"Accept-Encoding": "identity"})
    packed = await client.get(VALUES, headers={"Accept-Encoding": "gzip"})

    assert plain.content == packed.content == b"[%b]" % value
    assert "content-encoding" not in plain.headers
    assert packed.headers.get("content-encoding") == ("gzip" if size > 32_768 else None)
    assert plain.headers["etag"] == packed.headers["etag"]
    assert ("Accept-Encoding" in plain.headers["vary"]) == (size > 32_768)
