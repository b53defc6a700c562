"""What `fleeting doctor` says of the workers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from fleeting.domain.attestation import Attestation, Check
from fleeting.domain.errors import StoreUnavailable
from fleeting.domain.isolation import Isolation
from fleeting.domain.worker_facts import LibrarySet, WorkerFacts
from fleeting.entrypoints.doctor import examine_workers
from fleeting.ports.health import Diagnosis


class FixedFleet:
    """`Fleet` of workers that the test names, or that cannot be read."""

    def __init__(self, *workers: WorkerFacts, error: Exception | None = None) -> None:
        self._workers, self._error = workers, error

    async def workers(self) -> list[WorkerFacts]:
        if self._error is not None:
            raise self._error
        return list(self._workers)


def a_worker(name: str, *checks: Check) -> WorkerFacts:
    proof = Attestation(
        asked=Isolation.CONFINED,
        effective=Isolation.CONFINED,
        files="landlock",
        landlock_abi=5,
        filter_sha256="0" * 64,
        user=64900,
        kernel="6.1",
        machine="x86_64",
        checks=checks,
    )
    return WorkerFacts(
        worker=name,
        started_at=datetime(2026, 11, 21, tzinfo=UTC),
        version="1.0",
        python="3.11.7",
        platform="Linux",
        isolation=Isolation.CONFINED,
        attestation=proof,
        libraries=(LibrarySet(name="default"), LibrarySet(name="data", modules=("numpy",))),
    )


def findings(fleet: FixedFleet | None) -> list[Diagnosis]:
    parts = asyncio.run(examine_workers(fleet))
    assert {each.part for each in parts} <= {"workers"}
    return [found for each in parts for found in each.findings]


def test_each_worker_has_a_line_with_what_it_gives() -> None:
    held = Check("read a file outside", "EACCES", holds=True)

    assert findings(FixedFleet(a_worker("a:1", held), a_worker("b:2"))) == [
        Diagnosis(
            name,
            "ok",
            "isolation confined, fleeting 1.0, Python 3.11.7, library sets default, data (numpy)",
        )
        for name in ("a:1", "b:2")
    ]


def test_worker_whose_runs_can_do_what_they_must_not_is_an_error() -> None:
    [found] = findings(FixedFleet(a_worker("a:1", Check("fork", "done", holds=False))))

    assert (found.subject, found.severity) == ("a:1", "error")
    assert found.message.endswith("; runs can fork")


def test_no_worker_at_all_is_a_warning() -> None:
    [found] = findings(FixedFleet())

    assert (found.severity, found.message) == (
        "warning",
        "none is there: tasks wait until one starts",
    )


@pytest.mark.parametrize(
    "fleet", [None, FixedFleet(error=StoreUnavailable("away"))], ids=["unknown", "unreadable"]
)
def test_where_workers_cannot_be_known_nothing_is_said(fleet: FixedFleet | None) -> None:
    """The store's own line tells why."""
    assert findings(fleet) == []


def test_worker_that_has_refused_messages_says_how_many_and_why() -> None:
    worker = a_worker("w1").model_copy(update={"refused": {"unsigned": 2, "altered": 1}})

    [found] = findings(FixedFleet(worker))

    assert found.severity == "warning"
    assert "has refused messages: 1 altered, 2 unsigned" in found.message
