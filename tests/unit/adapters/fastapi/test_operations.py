"""What operators ask: liveness, readiness, figures, abilities, and halves of the API."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from httpx2 import AsyncClient

from fleeting.adapters.fastapi.examples import WORKER
from fleeting.adapters.fastapi.limit_facts import LimitFacts
from fleeting.adapters.memory.fleet import MemoryFleet
from fleeting.adapters.memory.store import MemoryStore
from fleeting.domain.errors import QueueUnavailable, StoreUnavailable
from fleeting.domain.limits import Limits
from fleeting.domain.worker_facts import WorkerFacts

from .make import TASK, Platform, serving, submitted


class Mute:
    """Tells of no worker, ever."""

    async def workers(self) -> list[WorkerFacts]:
        await asyncio.Event().wait()
        return []


class Silent:
    """Never answers."""

    async def ping(self) -> None:
        await asyncio.Event().wait()


async def test_a_process_lives_whatever_its_dependencies_do(
    platform: Platform, client: AsyncClient
) -> None:
    platform.break_store(StoreUnavailable("away"))
    answer = await client.get("/healthz?probe=1")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_readiness_shows_every_dependency_and_its_time(client: AsyncClient) -> None:
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    checks = answer.json()["checks"]
    assert set(checks) == {"result store", "task queue"}
    assert all(check["state"] == "up" and check["seconds"] >= 0 for check in checks.values())


async def test_readiness_says_which_dependency_is_down_and_why(
    platform: Platform, client: AsyncClient
) -> None:
    platform.queue.switch.turn_off(QueueUnavailable("no route to the queue"))
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer.json()["detail"] == "down: task queue"
    down = answer.json()["checks"]["task queue"]
    assert (down["state"], down["code"]) == ("down", "queue_unavailable")
    assert down["message"] == "no route to the queue"
    assert answer.json()["checks"]["result store"]["state"] == "up"


async def test_readiness_waits_for_no_dependency_for_ever(platform: Platform) -> None:
    app = platform.app(pings={"silent": Silent()}, patience=0.01)
    async with serving(app) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["silent"]["code"] == "timed_out"


async def test_a_source_of_secrets_that_is_away_is_shown_and_no_reason_to_stop(
    platform: Platform,
) -> None:
    """Tasks that need no secret go on."""
    app = platform.app(
        pings={"task_queue": platform.queue, "secret_source": Silent()}, patience=0.01
    )
    async with serving(app) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["secret_source"]["state"] == "down"


async def test_a_server_that_is_about_to_stop_is_not_ready(platform: Platform) -> None:
    app = platform.app()
    async with serving(app) as client:
        app.state.closing.begin()
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")


async def test_requests_are_counted_by_template_and_status(client: AsyncClient) -> None:
    await client.get("/tasks/nonsense")
    await client.get("/tasks/rubbish")
    await client.get("/nowhere")
    await client.request("BREW", "/tasks/pot")
    text = await metrics(client)
    assert counted(text, 'method="GET",route="/tasks/{key}",status="404"') == 2
    assert counted(text, 'method="GET",route="unmatched",status="404"') == 1
    assert counted(text, 'method="other",route="/tasks/{key}",status="405"') == 1
    assert 'fleeting_http_request_duration_seconds_count{method="GET"' in text


async def test_tasks_are_counted_when_accepted_and_when_refused(client: AsyncClient) -> None:
    await submitted(client)
    await client.post("/tasks:batch", json={"tasks": [TASK] * 3})
    await client.post("/tasks", json=TASK | {"function": "sub"})
    await client.post("/tasks", json={})
    text = await metrics(client)
    assert "fleeting_tasks_accepted_total 4.0" in text
    assert 'fleeting_submissions_refused_total{code="function_not_found"} 1.0' in text
    assert 'fleeting_submissions_refused_total{code="invalid_task"} 1.0' in text


async def test_figures_are_those_of_one_app(platform: Platform) -> None:
    async with serving(platform.app()) as one, serving(platform.app()) as other:
        await submitted(one)
        assert "fleeting_tasks_accepted_total 0.0" in await metrics(other)


async def test_an_installation_says_what_it_can_do(platform: Platform) -> None:
    app = platform.app(adapters={"result store": "memory"}, max_body_bytes=123)
    async with serving(app) as client:
        found = (await client.get("/capabilities")).json()
    assert found["version"] == "1.2.3"
    assert found["roles"] == ["retrieve", "submit"]
    assert found["isolation"] == {
        "in_force": "process",
        "levels": ["none", "process"],
        "attested": [],
    }
    assert found["limits"]["max_body_bytes"] == 123
    assert found["limits"]["default_ttl_seconds"] == 300
    assert found["limits"]["max_source_bytes"] == 262_144
    assert found["adapters"] == {"result store": "memory"}


async def test_each_worker_is_shown_with_what_it_gives(platform: Platform) -> None:
    register = MemoryFleet(MemoryStore())
    register.announce(WorkerFacts.model_validate(WORKER), keep=timedelta(seconds=30))
    async with serving(platform.app(fleet=register)) as client:
        found = (await client.get("/capabilities")).json()
    assert found["fleet"] == {"known": True, "message": None, "workers": [WORKER]}
    assert found["isolation"]["attested"] == ["confined"]


async def test_without_the_store_the_rest_is_said_and_the_reason(platform: Platform) -> None:
    store = MemoryStore()
    store.switch.turn_off(StoreUnavailable("no route to 10.0.0.7"))
    async with serving(platform.app(fleet=MemoryFleet(store))) as client:
        answer = await client.get("/capabilities")
    assert answer.status_code == 200
    assert not answer.json()["fleet"]["known"]
    assert "cannot be reached" in answer.json()["fleet"]["message"]
    assert "10.0.0.7" not in answer.text


async def test_workers_that_do_not_come_in_time_are_not_waited_for(platform: Platform) -> None:
    async with serving(platform.app(fleet=Mute(), patience=0.01)) as client:
        found = (await client.get("/capabilities")).json()
    assert found["fleet"] == {
        "known": False,
        "message": "No answer within 0.01 seconds.",
        "workers": [],
    }


def test_no_limit_of_the_domain_is_left_out() -> None:
    shown = set(LimitFacts.model_fields)
    for name in Limits.model_fields:
        assert {name, f"{name}_seconds"} & shown


async def test_the_retriever_alone_needs_no_queue_and_takes_no_tasks(platform: Platform) -> None:
    async with serving(platform.app()) as client:
        key = await submitted(client)
    app = platform.app(submit=None, check=None, cancel=None, roles=frozenset({"retrieve"}))
    async with serving(app) as client:
        assert (await client.get(f"/tasks/{key}")).status_code == 200
        assert (await client.post("/tasks", json=TASK)).status_code == 404
        assert (await client.delete(f"/tasks/{key}")).status_code == 405
        paths = (await client.get("/openapi.json")).json()["paths"]
        assert "/tasks" not in paths
        assert "delete" not in paths["/tasks/{key}"]


async def test_the_submission_side_can_stand_alone_too(platform: Platform) -> None:
    async with serving(platform.app(roles=frozenset({"submit"}))) as client:
        key = await submitted(client)
        assert (await client.get(f"/tasks/{key}")).status_code == 405
        assert (await client.get("/functions")).status_code == 404


def test_the_submission_side_needs_its_use_cases(platform: Platform) -> None:
    with pytest.raises(ValueError, match="the role submit needs"):
        platform.app(submit=None)


async def metrics(client: AsyncClient) -> str:
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return answer.text


def counted(text: str, labels: str) -> float:
    [line] = [
        x for x in text.splitlines() if x.startswith(f"fleeting_http_requests_total{{{labels}")
    ]
    return float(line.split()[-1])


async def test_figures_and_readiness_tell_what_waits(platform: Platform) -> None:
    app = platform.app(pings={"task_queue": platform.queue})
    async with serving(app) as client:
        await submitted(client)
        await submitted(client)
        platform.clock.sleep(timedelta(seconds=1))
        ready, text = (await client.get("/readyz")).json(), await metrics(client)

    assert "2 message(s) wait" in ready["checks"]["task_queue"]["message"]
    assert "fleeting_queue_messages 2.0" in text
    assert "fleeting_tasks_open 2.0" in text
    assert "fleeting_queue_oldest_seconds" in text


async def test_figures_tell_what_workers_have_refused(platform: Platform) -> None:
    register = MemoryFleet(MemoryStore())
    register.announce(WorkerFacts.model_validate(WORKER), keep=timedelta(seconds=30))
    async with serving(platform.app(fleet=register)) as client:
        text = await metrics(client)

    assert 'fleeting_messages_refused{reason="unsigned"} 2.0' in text


async def test_what_is_not_known_of_the_queue_is_no_number(platform: Platform) -> None:
    async with serving(platform.app(backpressure=None)) as client:
        text = await metrics(client)

    assert "fleeting_queue_messages NaN" in text
