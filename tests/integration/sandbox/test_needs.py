"""Scripts that name libraries, in real confined runs, as the worker itself announces them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from fleeting import Fleeting
from fleeting.domain.errors import LibraryUnavailable

from ..servers.wait import wait_until

PATIENCE = timedelta(seconds=20)
PLAIN = "def add(a, b):\n    return a + b\n"
HAVE = """\
# /// script
# requires-python = ">=3.11"
# dependencies = ["pydantic>=2"]
# ///
import pydantic


def major():
    return int(pydantic.VERSION.split(".")[0])
"""
LACK = HAVE.replace("pydantic>=2", "no-such-distribution")


@pytest.fixture
def fleeting() -> Iterator[Fleeting]:
    # Loaded before, so that it is there even where no file can be opened.
    settings = {"store": "memory://", "isolation": "confined", "sandbox_preimport": "pydantic"}
    with Fleeting.from_settings(**settings) as opened:
        yield opened


def is_refused(fleeting: Fleeting) -> bool:
    return [p.code for p in fleeting.check(LACK, "major").problems] == ["library_unavailable"]


def test_script_runs_whose_libraries_are_there(fleeting: Fleeting) -> None:
    assert fleeting.submit(HAVE, "major").result(30) == 2


def test_script_is_refused_once_the_worker_has_said_what_it_has(fleeting: Fleeting) -> None:
    wait_until(lambda: is_refused(fleeting), within=PATIENCE)

    with pytest.raises(LibraryUnavailable, match="no worker has no-such-distribution; there is"):
        fleeting.submit(LACK, "major")
    assert fleeting.submit(PLAIN, "add", 1, 2).result(30) == 3


def test_worker_shows_what_it_has_proven(fleeting: Fleeting) -> None:
    wait_until(lambda: bool(fleeting.workers()), within=PATIENCE)

    [worker] = fleeting.workers()
    assert worker.isolation == "confined"
    assert worker.attestation is not None
    assert worker.attestation.checks
    assert not worker.attestation.failing
    assert "pydantic" in worker.libraries[0].distributions
