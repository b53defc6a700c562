"""Scripts that name libraries: accepted where a worker has them, or no worker is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fleeting.adapters.memory.source_store import MemorySourceReader
from fleeting.domain.errors import LibraryUnavailable
from fleeting.domain.isolation import Isolation
from fleeting.domain.worker_facts import LibrarySet, WorkerFacts
from fleeting.usecases.known_sources import KnownSources
from fleeting.usecases.run_script import RunScript

from .make import SOURCE, THREE, Installation, a_request
from .test_run_script import Deaf

NEEDY = '# /// script\n# dependencies = ["numpy>=2"]\n# ///\n' + SOURCE


def facts(**distributions: str) -> WorkerFacts:
    return WorkerFacts(
        worker="w",
        started_at=datetime(2025, 11, 21, tzinfo=UTC),
        version="1",
        python="3.11.2",
        platform="Linux",
        isolation=Isolation.PROCESS,
        libraries=(LibrarySet(name="default", distributions=distributions),),
    )


def run(home: Installation, task, worker: WorkerFacts):
    script = RunScript(
        sources=MemorySourceReader(home.sources),
        runner=home.worker.runner,
        clock=home.clock,
        limits=home.limits,
        facts=lambda: worker,
        resolve=home.resolve,
    )
    return script(task, "run-1", Deaf())


@pytest.fixture
def home() -> Installation:
    return Installation()


async def test_script_is_refused_that_needs_what_no_worker_has(home: Installation) -> None:
    home.fleet.announce(facts(pydantic="2.14"), keep=timedelta(minutes=1))

    with pytest.raises(LibraryUnavailable, match="no worker has numpy>=2"):
        await home.submit([a_request(source=NEEDY)])
    finding = await home.check(a_request(source=NEEDY))

    assert [one.code for one in finding.problems] == ["library_unavailable"]
    assert finding.source_digest is not None


async def test_script_is_accepted_where_a_worker_has_what_it_needs(home: Installation) -> None:
    home.fleet.announce(facts(numpy="2.4.6"), keep=timedelta(minutes=1))

    assert await home.submit([a_request(source=NEEDY)])


async def test_without_workers_the_worker_to_come_decides(home: Installation) -> None:
    task = await home.submitted(source=NEEDY)

    refused = run(home, task, facts())
    assert refused.error is not None
    assert refused.error.code == "library_unavailable"
    assert run(home, task, facts(numpy="2.0")) == THREE


async def test_run_is_sent_to_the_set_that_has_what_it_needs_loaded(home: Installation) -> None:
    bare = facts(numpy="2.4.6")
    data = LibrarySet(
        name="data", modules=("numpy",), distributions={"numpy": "2.4.6"}, loaded=("numpy",)
    )
    worker = bare.model_copy(update={"libraries": (*bare.libraries, data)})

    run(home, await home.submitted(source=NEEDY), worker)
    run(home, await home.submitted(), worker)

    assert [one.libraries for one in home.worker.runner.requests] == ["data", "default"]


async def test_workers_are_asked_for_once_a_second(home: Installation) -> None:
    """However many scripts with a block are submitted."""
    home.fleet.announce(facts(numpy="2.4.6"), keep=timedelta(minutes=1))
    await home.submit([a_request(source=NEEDY)])
    home.fleet.announce(facts(), keep=timedelta(minutes=1))

    assert await home.submit([a_request(source=NEEDY)])
    home.clock.advance(timedelta(seconds=1))
    with pytest.raises(LibraryUnavailable):
        await home.submit([a_request(source=NEEDY)])


async def test_block_that_cannot_be_read_is_a_finding(home: Installation) -> None:
    finding = await home.check(a_request(source="# /// script\n# [\n# ///\n" + SOURCE))

    assert [one.code for one in finding.problems] == ["invalid_task"]


async def test_where_workers_cannot_be_known_nothing_is_refused(home: Installation) -> None:
    known = KnownSources(sources=None, clock=home.clock, limits=home.limits)  # type: ignore[arg-type]

    await known.check_needs(await known.find(a_request(source=NEEDY)))
