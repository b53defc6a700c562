from __future__ import annotations

from collections.abc import Iterator

import pytest

from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.domain.errors import SandboxUnavailable
from fleeting.domain.isolation import Isolation
from fleeting.testing.runner import RunnerContract

SETUPS = {
    "fresh": Confinement(warm=0),
    "warm": Confinement(warm=2),
    "reuse": Confinement(warm=0, reuse=True),
    "sealed": Confinement(warm=0, files="sealed"),
    "isolated": Confinement(warm=0, isolation=Isolation.ISOLATED),
}


@pytest.fixture(scope="module", params=list(SETUPS))
def runner(request: pytest.FixtureRequest) -> Iterator[ConfinedRunner]:
    runner = ConfinedRunner(SETUPS[request.param])
    if request.param == "isolated":
        try:
            assert runner.attestation.effective == "isolated"
        except SandboxUnavailable as exc:
            pytest.skip(f"no namespaces here: {exc.message}")
    yield runner
    runner.close()


class TestConfinedRunner(RunnerContract):
    @pytest.fixture
    def broken(self) -> ConfinedRunner:
        return ConfinedRunner(Confinement(python="/nowhere/python"))
