"""The submission side: what is accepted, what is refused, and how each is said."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient

from fleeting.adapters.memory.quarantines import MemoryQuarantineRegister
from fleeting.domain.errors import QueueUnavailable, StoreUnavailable
from fleeting.domain.limits import Limits
from fleeting.domain.quarantine import Quarantine, SourceName
from fleeting.domain.result_key import ResultKey
from fleeting.domain.source import digest

from .make import SOURCE, TASK, Platform, serving, submitted

JSON = {"Content-Type": "application/json"}


async def test_an_accepted_task_is_answered_with_its_key_and_links(client: AsyncClient) -> None:
    answer = await client.post("/tasks", json=TASK)
    assert answer.status_code == 202
    key = answer.json()["key"]
    assert ResultKey.parse(key).function == "add"
    assert answer.json() == {
        "key": key,
        "status": "queued",
        "repeated": False,
        "links": {
            "result": f"/get-result?key={key}",
            "task": f"/tasks/{key}",
            "cancel": f"/tasks/{key}",
        },
    }
    assert answer.headers["location"] == f"/get-result?key={key}"


async def test_links_lead_to_the_task(client: AsyncClient) -> None:
    links = (await client.post("/tasks", json=TASK)).json()["links"]
    assert (await client.get(links["result"])).status_code == 202
    assert (await client.get(links["task"])).status_code == 200
    assert (await client.delete(links["cancel"])).status_code == 200


async def test_links_begin_with_the_path_that_a_proxy_cuts_off(platform: Platform) -> None:
    app = platform.app()
    app.root_path = "/fleeting"
    async with serving(app) as client:
        links = (await client.post("/fleeting/tasks", json=TASK)).json()["links"]
        assert links["task"].startswith("/fleeting/tasks/add_")
        assert (await client.get(links["task"])).status_code == 200


async def test_a_source_sent_before_can_be_named_by_its_digest(client: AsyncClient) -> None:
    await submitted(client)
    again = {"source_digest": digest(SOURCE), "function": "add", "kwargs": {"a": 1, "b": 2}}
    assert (await client.post("/tasks", json=again)).status_code == 202


async def test_the_same_idempotency_key_gives_the_same_task(client: AsyncClient) -> None:
    first = await client.post("/tasks", json=TASK | {"idempotency_key": "a"})
    second = await client.post("/tasks", json=TASK | {"idempotency_key": "a"})
    assert second.json() == first.json() | {"repeated": True}


async def test_an_idempotency_key_for_another_request_is_a_conflict(client: AsyncClient) -> None:
    await client.post("/tasks", json=TASK | {"idempotency_key": "a"})
    answer = await client.post("/tasks", json=TASK | {"idempotency_key": "a", "args": [3, 4]})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")


async def test_a_namespace_has_tasks_of_its_own(client: AsyncClient) -> None:
    own = {"X-Fleeting-Namespace": "team-a"}
    key = (await client.post("/tasks", json=TASK, headers=own)).json()["key"]
    assert (await client.get(f"/tasks/{key}", headers=own)).status_code == 200
    assert (await client.get(f"/tasks/{key}")).status_code == 410


async def test_a_namespace_that_can_be_none_is_refused(client: AsyncClient) -> None:
    answer = await client.post("/tasks", json=TASK, headers={"X-Fleeting-Namespace": "Team A"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")
    assert answer.json()["detail"].startswith("X-Fleeting-Namespace: a namespace is")


REFUSED: list[tuple[dict[str, Any], int, str, str]] = [
    ({"source": "def add(:"}, 422, "source_syntax_error", "line 1"),
    ({"function": "sub"}, 422, "function_not_found", "sub"),
    ({"function": "Class.method"}, 422, "invalid_task", "top-level function"),
    ({"source": "class add:\n    pass\n"}, 422, "not_a_function", "add"),
    ({"args": [1, 2, 3]}, 422, "parameters_do_not_fit", "add"),
    ({"isolation": "isolated"}, 422, "isolation_unavailable", "process"),
    ({"isolation": "total"}, 422, "invalid_task", "isolation"),
    ({"timeout_seconds": 1e9}, 422, "invalid_task", "timeout_seconds"),
    ({"ttl_seconds": -1}, 422, "invalid_task", "ttl_seconds"),
    ({"memory_mb": 0}, 422, "invalid_task", "memory_mb"),
    ({"args": "ab"}, 422, "invalid_task", "args"),
    ({"labels": {"a b": "c"}}, 422, "invalid_task", "labels"),
    ({"source": "#" * 300_000}, 413, "source_too_large", "262144"),
    ({"args": ["a" * 700_000, "b" * 400_000]}, 413, "body_too_large", "1048576"),
    ({"source": None, "source_digest": "0" * 64}, 422, "source_unknown", "000000000000"),
    ({"source_digest": "0" * 64}, 422, "invalid_task", "either source or source_digest"),
]


@pytest.mark.parametrize(("change", "status", "code", "said"), REFUSED)
async def test_bad_input_is_a_clear_error(
    client: AsyncClient, change: dict[str, Any], status: int, code: str, said: str
) -> None:
    body = {name: value for name, value in (TASK | change).items() if value is not None}
    answer = await client.post("/tasks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert said in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


async def test_parameters_over_their_cap_are_refused() -> None:
    platform = Platform(limits=Limits(max_parameters_bytes=100))
    async with serving(platform.app()) as client:
        answer = await client.post("/tasks", json=TASK | {"args": ["a" * 100, ""]})
    assert (answer.status_code, answer.json()["code"]) == (413, "parameters_too_large")


async def test_the_line_of_a_syntax_error_is_a_member_of_the_problem(client: AsyncClient) -> None:
    answer = await client.post("/tasks", json=TASK | {"source": "x = 1\ndef add(:"})
    assert answer.json()["line"] == 2


async def test_an_unknown_option_is_refused_with_the_nearest_right_name(
    client: AsyncClient,
) -> None:
    answer = await client.post("/tasks", json=TASK | {"timeout_second": 1})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "detail": "no such option: did you mean timeout_seconds?",
            "pointer": "#/timeout_second",
        }
    ]


async def test_every_wrong_field_is_named(client: AsyncClient) -> None:
    answer = await client.post("/tasks", json={"source": 1, "args": {}})
    assert [found["pointer"] for found in answer.json()["errors"]] == [
        "#/source",
        "#/function",
        "#/args",
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"source": NaN}',
        b'{"args": [Infinity]}',
        b'{"args": [1e999]}',
        b'{"args": ["\\ud800"]}',
        b'{"labels": {"a": "\\udfff"}}',
        b'{"function": "\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"args": [' + b"1" * 5000 + b"]}",
        b"[" * 100_000,
        b'{"args": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"args": [], }',
        b"{} {}",
    ],
)
async def test_what_is_not_strict_json_is_refused(client: AsyncClient, body: bytes) -> None:
    answer = await client.post("/tasks", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json"), answer.text


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"text"', b"{}"])
async def test_json_that_is_no_task_is_refused(client: AsyncClient, body: bytes) -> None:
    answer = await client.post("/tasks", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_task")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_a_body_that_is_not_sent_as_json_is_refused(
    client: AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.post("/tasks", content=json.dumps(TASK).encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=UTF-8", "application/vnd.x+json"]
)
async def test_json_may_be_called_by_its_other_names(client: AsyncClient, kind: str) -> None:
    body = json.dumps(TASK).encode()
    answer = await client.post("/tasks", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 202


async def test_a_batch_is_answered_in_order(client: AsyncClient) -> None:
    source = SOURCE + "def sub(a, b):\n    return a - b\n"
    tasks = [{"source": source, "function": name, "args": [1, 2]} for name in ("add", "sub", "add")]
    answer = await client.post("/tasks:batch", json={"tasks": tasks})
    assert answer.status_code == 202
    keys = [task["key"] for task in answer.json()["tasks"]]
    assert [ResultKey.parse(key).function for key in keys] == ["add", "sub", "add"]
    assert len(set(keys)) == 3


async def test_a_batch_with_a_wrong_task_is_refused_whole(
    platform: Platform, client: AsyncClient
) -> None:
    tasks = [TASK, TASK | {"function": "sub"}]
    answer = await client.post("/tasks:batch", json={"tasks": tasks})
    assert (answer.status_code, answer.json()["code"]) == (422, "function_not_found")
    assert answer.json()["detail"].startswith("tasks[1]: ")
    assert platform.store.events.last("") == 0


@pytest.mark.parametrize(
    ("tasks", "status", "code"),
    [([], 422, "invalid_task"), ([TASK] * 4, 413, "batch_too_large")],
)
async def test_a_batch_of_no_or_too_many_tasks_is_refused(
    tasks: list[object], status: int, code: str
) -> None:
    async with serving(Platform(limits=Limits(max_batch=3)).app()) as client:
        answer = await client.post("/tasks:batch", json={"tasks": tasks})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_batch_that_is_wrong_all_over_gets_a_bounded_answer(client: AsyncClient) -> None:
    answer = await client.post("/tasks:batch", json={"tasks": [{}] * 1000})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 100
    assert answer.json()["detail"].startswith("tasks[0].function: field required; tasks[1].")
    assert answer.json()["detail"].endswith("; and 995 more")


async def test_a_dry_run_finds_nothing_wrong(platform: Platform, client: AsyncClient) -> None:
    answer = await client.post("/tasks:check", json=TASK)
    assert (answer.status_code, answer.json()) == (
        200,
        {"ok": True, "problems": [], "source_digest": digest(SOURCE)},
    )
    assert platform.store.events.last("") == 0


async def test_a_dry_run_finds_everything_that_is_wrong(client: AsyncClient) -> None:
    task = TASK | {"args": [1], "isolation": "isolated"}
    answer = await client.post("/tasks:check", json=task)
    assert answer.status_code == 200
    assert answer.json()["ok"] is False
    codes = [problem["code"] for problem in answer.json()["problems"]]
    assert codes == ["isolation_unavailable", "parameters_do_not_fit"]


async def test_a_queued_task_is_cancelled_at_once(client: AsyncClient) -> None:
    key = await submitted(client)
    answer = await client.delete(f"/tasks/{key}")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


async def test_a_running_task_is_told_to_stop(platform: Platform, client: AsyncClient) -> None:
    key = await submitted(client)
    platform.start(key)
    answer = await client.delete(f"/tasks/{key}")
    assert answer.status_code == 202
    assert (answer.json()["status"], answer.json()["cancel_requested"]) == ("running", True)


async def test_a_task_that_has_ended_cannot_be_cancelled(
    platform: Platform, client: AsyncClient
) -> None:
    key = await submitted(client)
    platform.succeed(key)
    answer = await client.delete(f"/tasks/{key}")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_finished")


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        ("nonsense", 404, "malformed_key"),
        ("add_1000000000000_0123456789abcdef", 410, "result_gone"),
    ],
)
async def test_what_is_not_there_cannot_be_cancelled(
    client: AsyncClient, key: str, status: int, code: str
) -> None:
    answer = await client.delete(f"/tasks/{key}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_queue_that_is_away_is_503_and_nothing_is_left(
    platform: Platform, client: AsyncClient
) -> None:
    platform.queue.switch.turn_off(QueueUnavailable("redis://secret-host:6379 does not answer"))
    answer = await client.post("/tasks", json=TASK)
    assert (answer.status_code, answer.json()["code"]) == (503, "queue_unavailable")
    assert answer.headers["retry-after"] == "1"
    assert "secret-host" not in answer.text
    assert list(platform.store.cells("", "add")) == []


async def test_a_store_that_is_away_is_503(platform: Platform, client: AsyncClient) -> None:
    platform.break_store(StoreUnavailable("away"))
    answer = await client.post("/tasks", json=TASK)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_full_queue_says_when_to_come_back() -> None:
    platform = Platform(limits=Limits(max_queued=1))
    async with serving(platform.app()) as client:
        await client.post("/tasks", json=TASK)
        platform.clock.sleep(timedelta(seconds=1))
        answer = await client.post("/tasks", json=TASK)

    assert (answer.status_code, answer.json()["code"]) == (503, "queue_full")
    assert answer.headers["Retry-After"] == "5"
    assert "1 tasks have not ended" in answer.json()["detail"]


async def test_source_in_quarantine_is_refused(platform: Platform, client: AsyncClient) -> None:
    now = platform.clock.now()
    source = SourceName("", digest(SOURCE))
    quarantine = Quarantine(source, 3, 2, since=now, until=now + timedelta(minutes=15))
    MemoryQuarantineRegister(platform.store).impose(quarantine, keep=timedelta(minutes=15))

    answer = await client.post("/tasks", json=TASK)
    found = await client.post("/tasks:check", json=TASK)

    assert (answer.status_code, answer.json()["code"]) == (409, "source_quarantined")
    assert [one["code"] for one in found.json()["problems"]] == ["source_quarantined"]
