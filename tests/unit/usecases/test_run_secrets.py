"""What becomes of tasks that name secrets: their runs, records and attempts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from fleeting.adapters.memory.policy_source import FixedPolicy
from fleeting.domain import errors as e
from fleeting.domain.json_value import JsonValue
from fleeting.domain.policy import Grant, Policy
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address
from fleeting.domain.task import Task
from fleeting.domain.verdict import RunReport
from fleeting.ports.runner import RunObserver, RunRequest
from fleeting.usecases.resolve_references import ResolveReferences
from fleeting.usecases.steps import Again, Done

from .make import THREE, Installation, Worker, a_report

POLICY = Policy(grants=(Grant(subjects=("ann",), secrets=("kv/db#*", "database/creds/app")),))
PASSWORD: JsonValue = {"$secret": "kv/db#password"}
ROLE: JsonValue = {"$lease": "database/creds/app"}
AWAY = e.SecretsUnavailable("it is sealed: unseal it")


@pytest.fixture
def home() -> Installation:
    home = Installation(policy=POLICY)
    home.secrets.put("kv/db", {"password": "correct-horse"})
    home.secrets.offer("database/creds/app")
    return home


async def a_task(home: Installation, reference: JsonValue = PASSWORD, **changes: Any) -> Task:
    return await home.submitted(args=[1, reference], principal="ann", **changes)


async def test_the_run_alone_gets_the_value(home: Installation) -> None:
    task = await a_task(home)

    assert home.worker.execute(task) == Done()

    [request] = home.worker.runner.requests
    assert request.args == [1, "correct-horse"]
    assert request.secrets == ("correct-horse",)
    assert task.args == [1, PASSWORD]


async def test_what_the_run_says_is_masked_in_the_record(home: Installation) -> None:
    def leak(request: RunRequest, observer: RunObserver) -> RunReport:
        observer.on_progress(1, 2, f"with {request.args[1]}")
        return a_report(value=b"1", output=f"it is {request.args[1]}")

    home.worker.runner.will(leak)
    task = await a_task(home)
    home.worker.execute(task)

    record = await home.record(task)
    assert record.output == "it is ***"
    assert record.progress is not None
    assert record.progress.note == "with ***"


async def test_a_value_with_a_secret_is_not_stored_nor_computed_again(home: Installation) -> None:
    home.worker.runner.will(a_report(value=json.dumps({"dsn": "u:correct-horse@h"}).encode()))
    task = await a_task(home, retry_on=["worker_lost", "raised", "died"])

    assert home.worker.execute(task) == Done()

    record = await home.record(task)
    assert record.error is not None
    assert (record.status, record.error.code) == (Status.FAILED, "result_holds_secret")
    assert await home.value(task) is None


@pytest.mark.parametrize("mode", ["reuse", "fresh", None])
async def test_a_run_with_secrets_shares_its_process_with_none(
    home: Installation, mode: str | None
) -> None:
    home.worker.execute(await a_task(home, mode=mode))

    assert home.worker.runner.requests[0].reuse is False


async def test_a_literal_alone_takes_no_process_of_its_own(home: Installation) -> None:
    home.worker.execute(await a_task(home, {"$literal": 2}, mode="reuse"))

    [request] = home.worker.runner.requests
    assert (request.args, request.reuse) == ([1, 2], True)


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ({"$secret": "kv/nothing#password"}, "reference_not_allowed"),
        ({"$secret": "kv/db#nothing"}, "secret_not_found"),
        ({"$lease": "database/creds/other"}, "reference_not_allowed"),
    ],
)
async def test_what_cannot_be_had_fails_the_task_at_once(
    home: Installation, reference: JsonValue, code: str
) -> None:
    """By a worker that knows more than who submitted it."""
    task = await home.submitted(args=[1, {"$literal": 1}], principal="ann")
    task = _with(task, reference)

    assert home.worker.execute(task) == Done()

    record = await home.record(task)
    assert record.error is not None
    assert (record.status, record.attempt, record.error.code) == (Status.FAILED, 1, code)
    assert home.worker.runner.requests == []


async def test_a_refusal_by_the_source_fails_the_task_at_once(
    home: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    home.secrets.refuse("kv/db")
    task = await a_task(home)

    assert home.worker.execute(task) == Done()

    record = await home.record(task)
    assert record.error is not None
    assert (record.status, record.error.code) == (Status.FAILED, "secret_forbidden")
    assert f"{task.key} does not run: kv/db is refused" in caplog.text


async def test_an_outage_is_waited_out_with_the_slot_free_for_others(home: Installation) -> None:
    home.secrets.switch.turn_off(AWAY)
    task = await a_task(home)

    again = home.worker.execute(task)

    assert isinstance(again, Again)
    assert (await home.record(task)).status is Status.QUEUED
    assert home.worker.execute(await home.submitted()) == Done()
    home.secrets.switch.turn_on()
    home.clock.advance(again.delay)
    assert home.worker.execute(task) == Done()
    assert (await home.record(task)).status is Status.SUCCEEDED


async def test_an_outage_uses_up_attempts(home: Installation) -> None:
    home.secrets.switch.turn_off(AWAY)
    task = await a_task(home, max_attempts=2)

    again = home.worker.execute(task)
    assert isinstance(again, Again)
    home.clock.advance(again.delay)

    assert home.worker.execute(task) == Done()
    record = await home.record(task)
    assert record.error is not None
    assert (record.status, record.error.code) == (Status.FAILED, "secrets_unavailable")
    assert record.error.message == AWAY.message


async def test_a_task_that_is_cancelled_while_secrets_are_read_does_not_run(
    home: Installation,
) -> None:
    task = await a_task(home, ROLE)
    address = Address(task.namespace, task.key)
    home.resolve = ResolveReferences(
        policy=FixedPolicy(POLICY),
        source=None,
        lend=lambda *asked: _cancelling(worker, address, home.run_leases.lent(*asked)),
        clock=home.clock,
    )
    worker = home.new_worker("host:2")

    worker.execute(task)

    assert (await home.record(task)).status is Status.CANCELLED
    assert worker.runner.requests == []
    home.run_leases.tend()
    assert home.secrets.live_leases == set()


async def test_a_lease_lasts_as_long_as_the_run(home: Installation) -> None:
    def look(request: RunRequest, _observer: RunObserver) -> RunReport:
        assert request.args[1] == {"username": "user-1", "password": "password-00000001"}
        assert home.secrets.live_leases == {"database/creds/app/1"}
        return THREE

    home.worker.runner.will(look)
    task = await a_task(home, ROLE)

    assert home.worker.execute(task) == Done()

    home.run_leases.tend()
    assert home.secrets.live_leases == set()


def _with(task: Task, reference: JsonValue) -> Task:
    return replace(task, args=[1, reference], may_refer=True)


@contextmanager
def _cancelling(
    worker: Worker, address: Address, lent: AbstractContextManager[Mapping[str, str]]
) -> Iterator[Mapping[str, str]]:
    worker.execute.cancel(address)
    with lent as fields:
        yield fields
