from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.adapters.memory.audit_log import MemoryAuditLog
from fleeting.domain.distrust import Distrust, distrusted
from fleeting.domain.errors import MalformedMessage, StoreUnavailable, TaskNotTrusted
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


def distrust(*places: Address) -> TaskNotTrusted:
    error = distrusted(Distrust.ALTERED, "its call was changed")
    error.address, *also = places
    error.also = tuple(also)
    return error


async def test_of_two_tasks_that_a_message_may_be_the_one_that_waits_is_ended(
    home: Installation,
) -> None:
    task = await home.submitted()
    other = Address("", "add_1767225600000_0123456789abcdef")
    error = distrust(other, Address("", task.key))

    assert RefuseTask(writer=home.worker.writer, clock=home.clock, ttl=timedelta(minutes=5))(error)

    record = await home.record(task)
    assert record.error is not None
    assert (record.status, record.error.code) == (Status.FAILED, "task_not_trusted")
    assert await home.reader.read(other) is None


async def test_refusals_are_counted_by_what_was_wrong(home: Installation) -> None:
    counted: list[str] = []
    refuse = RefuseTask(
        writer=home.worker.writer,
        clock=home.clock,
        ttl=timedelta(minutes=5),
        count=counted.append,
    )
    address = Address("", "add_1767225600000_0123456789abcdef")

    for error in (MalformedMessage("no"), distrust(address), distrust(address)):
        refuse(error)

    assert counted == ["malformed", "altered", "altered"]


async def test_what_is_not_trusted_is_audited(home: Installation) -> None:
    audit = MemoryAuditLog()
    refuse = RefuseTask(
        writer=home.worker.writer, clock=home.clock, ttl=timedelta(minutes=5), audit=audit
    )
    address = Address("team-a", "add_1767225600000_0123456789abcdef")

    refuse(distrust(address))
    refuse(distrusted(Distrust.UNSIGNED, "it is not signed"))
    refuse(MalformedMessage("args: is no list"))

    [named, unnamed] = audit.events
    assert (named.action, named.outcome) == ("runTask", "denied")
    assert (named.namespace, named.functions, named.keys) == ("team-a", ("add",), (address.key,))
    assert named.reason == "the queued message is not trusted: its call was changed"
    assert unnamed.keys == ()
