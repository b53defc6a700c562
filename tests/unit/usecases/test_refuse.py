from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.domain.errors import MalformedMessage, StoreUnavailable
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address
from fleeting.usecases.refuse import RefuseTask

from .make import Installation, fail_with
from .test_execute import begin


@pytest.fixture
def home() -> Installation:
    return Installation()


def refuse(home: Installation, address: Address | None) -> bool:
    error = MalformedMessage("args: is no list")
    error.address = address
    writer = home.worker.writer
    return RefuseTask(writer=writer, clock=home.clock, ttl=timedelta(minutes=5))(error)


async def test_who_waits_for_a_task_hears_that_its_message_cannot_be_run(
    home: Installation,
) -> None:
    task = await home.submitted()

    assert refuse(home, Address("", task.key))

    record = await home.record(task)
    assert record.status is Status.FAILED
    assert record.error is not None
    assert record.error.code == "malformed_message"


async def test_a_task_that_nobody_submitted_here_fails_too(home: Installation) -> None:
    address = Address("team-a", "add_1767225600000_0123456789abcdef")

    assert refuse(home, address)

    assert (await home.record(address)).status is Status.FAILED


def test_a_message_that_names_no_task_ends_none(home: Installation) -> None:
    assert not refuse(home, None)
    assert home.worker.writer.calls == []


async def test_a_task_that_is_claimed_in_between_goes_on(home: Installation) -> None:
    task = await home.submitted()
    home.worker.writer.before("store", lambda: begin(home, task))

    assert not refuse(home, Address("", task.key))

    assert (await home.record(task)).status is Status.RUNNING


async def test_a_store_that_is_away_is_waited_for(home: Installation) -> None:
    task = await home.submitted()
    home.worker.writer.before("store", fail_with(StoreUnavailable("away")))

    assert refuse(home, Address("", task.key))

    assert (await home.record(task)).status is Status.FAILED
