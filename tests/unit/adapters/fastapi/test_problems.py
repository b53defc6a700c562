"""What every error has in common, whoever raised it."""

from __future__ import annotations

import logging

import pytest
from httpx2 import AsyncClient
from starlette.types import Message, Receive, Scope, Send

from fleeting.adapters.fastapi.problems import Problem
from fleeting.adapters.fastapi.request_id import RequestIds
from fleeting.domain.errors import FleetingError, ScriptRaised, StoreDenied

from .make import TASK, Platform, serving

ID = "caller-1.2:3_4"


class Trap:
    """Fails in whatever way it is told to when readiness asks."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def ping(self) -> None:
        raise self._error


async def test_a_problem_has_the_members_of_rfc_9457_and_a_code(client: AsyncClient) -> None:
    answer = await client.get("/tasks/nonsense", headers={"X-Request-Id": ID})
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(answer.json())
    assert problem.type == "urn:fleeting:problem:malformed_key"
    assert problem.title == "The text is not a result key of the form function_time_value."
    assert (problem.status, problem.code) == (404, "malformed_key")
    assert (problem.instance, problem.request_id) == ("/tasks/nonsense", ID)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/tasks/", "/tasks/a/b", "/functions/add"])
async def test_a_path_where_nothing_is_is_a_problem(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/tasks/a", "DELETE, GET"),
        ("GET", "/tasks", "POST"),
        ("POST", "/functions/add/values", "GET"),
        ("POST", "/healthz", "GET"),
    ],
)
async def test_a_method_that_a_path_does_not_take_is_a_problem_that_names_the_others(
    client: AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


async def test_an_unforeseen_failure_is_a_problem_with_an_id_that_is_in_the_log(
    platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    app = platform.app(pings={"trap": Trap(ZeroDivisionError("payload"))})
    async with serving(app) as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert "payload" not in answer.text
    assert f"request {answer.json()['request_id']}: GET /readyz failed" in caplog.text


async def test_what_is_wrong_inside_is_told_to_the_log_alone(
    platform: Platform, client: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    platform.break_store(StoreDenied("user app at redis-7.internal: wrong password"))
    with caplog.at_level(logging.WARNING):
        answer = await client.get("/functions", headers={"X-Request-Id": ID})
    assert (answer.status_code, answer.json()["code"]) == (500, "store_denied")
    assert "redis-7" not in answer.text
    assert f"request {ID}: store_denied: user app at redis-7.internal" in caplog.text


async def test_the_place_of_a_scripts_error_is_told(platform: Platform) -> None:
    error = ScriptRaised("no")
    error.exception, error.line, error.traceback = "ValueError", 3, "line 3"
    answer = await raised(platform, error)
    found = {name: answer[name] for name in ("exception", "line", "traceback")}
    assert found == {"exception": "ValueError", "line": 3, "traceback": "line 3"}


async def raised(platform: Platform, error: FleetingError) -> dict[str, object]:
    app = platform.app()

    @app.get("/raise")
    async def fail() -> None:
        raise error

    async with serving(app) as client:
        found: dict[str, object] = (await client.get("/raise")).json()
        return found


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, 'a"b', "ä"])
async def test_an_id_that_could_do_harm_in_a_log_is_replaced(
    client: AsyncClient, given: str
) -> None:
    answer = await client.get("/healthz", headers={"X-Request-Id": given.encode()})
    assert len(answer.headers["x-request-id"]) == 32


async def test_the_callers_id_is_echoed(client: AsyncClient) -> None:
    answer = await client.get("/healthz", headers={"X-Request-Id": ID})
    assert answer.headers["x-request-id"] == ID


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/functions?a=b", "takes none"),
        ("GET", "/get-result?kee=a", "did you mean key?"),
        ("DELETE", "/tasks/a?force=1", "takes none"),
        ("POST", "/tasks?wait=1", "takes none"),
    ],
)
async def test_no_call_takes_a_query_parameter_that_it_does_not_know(
    client: AsyncClient, method: str, path: str, said: str
) -> None:
    answer = await client.request(method, path, json=TASK if method == "POST" else None)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")
    assert said in answer.json()["detail"]


async def test_an_error_in_the_middle_of_an_answer_leaves_it_without_an_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """So the server cuts the connection, and the client sees that the rest is missing."""
    sent: list[Message] = []

    async def fail_halfway(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ZeroDivisionError

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/half", "headers": []}
    await RequestIds(fail_halfway)(scope, receive, send)
    assert [message.get("body") for message in sent] == [None, b"half"]
    assert "GET /half failed" in caplog.text
