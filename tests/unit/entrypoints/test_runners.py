"""The runner that is made, and the proof that is asked of it."""

from __future__ import annotations

import sys

import pytest

from fleeting.domain.errors import InvalidSetting, WeakIsolation
from fleeting.domain.isolation import Isolation
from fleeting.entrypoints import runners
from fleeting.entrypoints.settings import load


@pytest.mark.parametrize("isolation", ["none", "process", "confined", "isolated"])
def test_runner_gives_the_isolation_asked_for(isolation: str) -> None:
    runner = runners.make(load(isolation=isolation))
    try:
        assert runner.isolation is Isolation(isolation)
    finally:
        runners.close(runner)


@pytest.mark.parametrize("isolation", ["none", "process"])
def test_nothing_is_attested_where_nothing_is_promised(isolation: str) -> None:
    assert runners.attest(load(isolation=isolation)) is None


@pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")
def test_confinement_is_attested() -> None:
    attestation = runners.attest(load(isolation="confined"))
    assert attestation is not None
    assert attestation.effective is Isolation.CONFINED
    assert not attestation.failing


@pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")
def test_what_cannot_be_attested_is_refused() -> None:
    settings = load(isolation="confined", sandbox_preimport="no_such_module")
    with pytest.raises(
        WeakIsolation, match=r"isolation confined cannot be had here.*no_such_module"
    ):
        runners.attest(settings)


def test_library_set_that_is_not_installed_is_refused_before_anything_is_started() -> None:
    settings = load(sandbox_library_sets={"data": ["json", "no_such_module"]})
    with pytest.raises(InvalidSetting, match="the set data names the module no_such_module, which"):
        runners.attest(settings)


def test_library_sets_of_runs_that_are_not_confined_are_left_alone() -> None:
    settings = load(isolation="process", sandbox_library_sets={"data": ["no_such_module"]})

    assert runners.attest(settings) is None
