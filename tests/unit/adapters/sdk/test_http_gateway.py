"""How calls look on the wire, beyond what the app itself shows."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest

from fleeting.adapters.sdk.http_calls import HttpCalls
from fleeting.adapters.sdk.http_gateway import HttpGateway
from fleeting.domain import errors as e
from fleeting.domain.source import digest
from fleeting.domain.task import TaskRequest
from fleeting.ports.result_store import Slice

from .scripted_service import Answer, ManualTime, ScriptedService, events, problem

KEY = "add_1763683200000_0123456789abcdef"
SOURCE = "def add(a, b):\n    return a + b\n"
QUEUED = {
    "key": KEY,
    "function": "add",
    "status": "queued",
    "submitted_at": "2025-11-21T00:00:00Z",
    "source_digest": "0" * 64,
}


def gateway(*answers: Answer) -> tuple[HttpGateway, ScriptedService]:
    service, time = ScriptedService(*answers), ManualTime()
    calls = HttpCalls(service.client(), timeout=30, sleep=time.sleep, now=time.now)
    return HttpGateway(calls), service


def accepted(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(202, json={"key": KEY, "tasks": [{"key": KEY}, {"key": KEY}]})


def request(**fields: object) -> TaskRequest:
    return TaskRequest.read({"source": SOURCE, "function": "add", **fields})


async def test_a_submission_is_repeated_under_the_same_idempotency_key() -> None:
    api, service = gateway(httpx2.ReadError("cut"), accepted)

    assert await api.submit([request()]) == [KEY]
    first, second = service.bodies()
    assert first["idempotency_key"]
    assert first == second


async def test_a_callers_own_idempotency_key_is_kept() -> None:
    api, service = gateway(accepted)
    await api.submit([request(idempotency_key="order-1")])

    assert service.bodies()[0]["idempotency_key"] == "order-1"


async def test_two_submissions_have_different_idempotency_keys() -> None:
    api, service = gateway(accepted)
    await api.submit([request()])
    await api.submit([request()])
    first, second = service.bodies()

    assert first["idempotency_key"] != second["idempotency_key"]


async def test_a_batch_carries_each_source_once() -> None:
    api, service = gateway(accepted)
    await api.submit([request(), request(args=[1, 2])])
    [body] = service.bodies()

    assert [task.get("source") for task in body["tasks"]] == [SOURCE, None]
    assert body["tasks"][1]["source_digest"] == digest(SOURCE)
    assert len({task["idempotency_key"] for task in body["tasks"]}) == 2


async def test_only_what_was_given_is_sent() -> None:
    api, service = gateway(accepted)
    await api.submit([request(args=[1], ttl_seconds=5)])
    [body] = service.bodies()

    assert set(body) == {"source", "function", "args", "ttl_seconds", "idempotency_key"}


async def test_a_long_poll_asks_for_its_time_and_no_more_than_the_api_takes() -> None:
    api, service = gateway(httpx2.Response(202, json=QUEUED))
    await api.result(KEY, wait=timedelta(0))
    await api.result(KEY, wait=timedelta(seconds=1.5))
    await api.result(KEY, wait=timedelta(hours=1))

    assert [r.url.params.get("wait_seconds") for r in service.requests] == [None, "1.5", "60.0"]


async def test_only_what_narrows_a_list_is_asked_for() -> None:
    api, service = gateway(httpx2.Response(200, json=[]))
    await api.values("add", Slice())
    await api.values("add", Slice(after=KEY, limit=5, order="desc"))

    assert [dict(r.url.params) for r in service.requests] == [
        {},
        {"after": KEY, "limit": "5", "order": "desc"},
    ]


@pytest.mark.parametrize("key", ["../functions", "", "add"])
async def test_a_key_that_is_none_is_not_sent(key: str) -> None:
    api, service = gateway(httpx2.Response(200, json=QUEUED))

    for ask in (api.task(key), api.cancel(key), api.result(key, wait=timedelta(0))):
        with pytest.raises(e.MalformedKey):
            await ask
    assert service.requests == []


async def test_a_name_that_names_no_function_is_not_sent() -> None:
    api, service = gateway(httpx2.Response(200, json=[]))

    with pytest.raises(e.InvalidTask):
        await api.values("add/../x", Slice())
    assert service.requests == []


async def test_fields_of_a_later_release_are_ignored() -> None:
    api, _ = gateway(httpx2.Response(200, json={**QUEUED, "brand_new": 1}))

    assert (await api.task(KEY)).status.value == "queued"


@pytest.mark.parametrize("body", [{"key": KEY}, [], "x", {**QUEUED, "status": "asleep"}])
async def test_an_answer_of_another_shape_is_a_fault(body: object) -> None:
    api, _ = gateway(httpx2.Response(200, json=body))

    with pytest.raises(e.ServiceFault, match="not what its API promises"):
        await api.task(KEY)


async def test_values_that_are_no_list_are_a_fault() -> None:
    api, _ = gateway(httpx2.Response(200, json={}))

    with pytest.raises(e.ServiceFault, match="no list"):
        await api.values("add", Slice())


async def test_events_of_a_later_release_are_ignored() -> None:
    data = b'{"key": "%b", "function": "add", "status": "queued", ' % KEY.encode()
    data += b'"submitted_at": "2025-11-21T00:00:00Z", "source_digest": ""}'
    api, _ = gateway(events(b"event: new\ndata: {}\n\nevent: result\nid: 5\ndata: %b\n\n" % data))
    stream = api.stream("add", after=None)
    seen = [await anext(stream), await anext(stream)]
    await stream.aclose()

    assert seen[0] is None
    assert seen[1] is not None
    assert (seen[1].id, seen[1].kind, seen[1].result.key) == ("5", "result", KEY)


async def test_an_event_that_is_no_json_is_a_fault() -> None:
    api, _ = gateway(events(b"event: result\ndata: {\n\n"))
    stream = api.stream("add", after=None)

    with pytest.raises(e.ServiceFault, match="no JSON"):
        [await anext(stream) for _ in range(2)]
    await stream.aclose()


async def test_ping_asks_whether_the_service_is_ready() -> None:
    api, service = gateway(problem(503, "not_ready"))

    with pytest.raises(e.ServiceUnavailable):
        await api.ping()
    assert service.requests[0].url.path.endswith("/readyz")


async def test_workers_that_the_service_cannot_know_are_an_outage() -> None:
    api, _ = gateway(
        httpx2.Response(200, json={"fleet": {"known": False, "message": "away", "workers": []}})
    )

    with pytest.raises(e.ServiceUnavailable, match="not known: away"):
        await api.workers()
